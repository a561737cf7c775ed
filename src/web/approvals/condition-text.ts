const COMPARISON =
  /^form\.([A-Za-z_]\w*)\s*(>=|<=|==|!=|>|<)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false)$/;
const SYMBOLS: Readonly<Record<string, string>> = { '>=': '≥', '<=': '≤', '==': '=', '!=': '≠', '>': '>', '<': '<' };

/**
 * A readable condition: `form.amount >= 10000` becomes "Amount ≥ 10,000". Anything but a single comparison of one field
 * stays as it is.
 */
export function conditionText(
  when: string,
  titleOf: (field: string) => string,
  number: (value: number) => string,
): string {
  const found = COMPARISON.exec(when.trim());
  if (found === null) return when;
  const [, field = '', operator = '', value = ''] = found;
  const shown = /^["']/.test(value) ? value.slice(1, -1) : /^[tf]/.test(value) ? value : number(Number(value));
  return `${titleOf(field)} ${SYMBOLS[operator] ?? operator} ${shown}`;
}
