/** Most levels of nesting. */
const MAX_DEPTH = 32;

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** PostgreSQL stores neither NUL nor half a surrogate pair in text or jsonb. This check refuses them first, with a reason. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text);
}

/**
 * @returns why a value cannot be stored as jsonb; null when it can. It does not recurse, so deep input cannot overflow the
 * stack.
 */
export function jsonFault(value: unknown, maxBytes: number): string | null {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
    if (typeof next.value === 'string' && !isStorableText(next.value)) {
      return 'contains NUL or half a surrogate pair';
    }
    if (typeof next.value === 'object' && next.value !== null) {
      for (const [key, child] of Object.entries(next.value)) {
        if (!isStorableText(key)) return 'has a key with NUL or half a surrogate pair';
        pending.push({ value: child, depth: next.depth + 1 });
      }
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  return bytes > maxBytes ? `is ${bytes} bytes as JSON; at most ${maxBytes} are allowed` : null;
}
