const COMPARISON =
  /^form\.([A-Za-z_]\w*)\s*(>=|<=|==|!=|>|<)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false)$/;
const SIGNS: Readonly<Record<string, string>> = { '>=': '≥', '<=': '≤', '==': '=', '!=': '≠', '>': '>', '<': '<' };

/**
 * A condition as people read it: `form.amount >= 10000` as "Amount ≥ 10,000". Whatever is more than one comparison of a
 * field stays as it was written.
 */
export function conditionText(
  when: string,
  titleOf: (field: string) => string,
  number: (value: number) => string,
): string {
  const found = COMPARISON.exec(when.trim());
  if (found === null) return when;
  const [, field = '', sign = '', value = ''] = found;
  const shown = /^["']/.test(value) ? value.slice(1, -1) : /^[tf]/.test(value) ? value : number(Number(value));
  return `${titleOf(field)} ${SIGNS[sign] ?? sign} ${shown}`;
}
