/** Levels of nesting that a notification's data may have. */
const MAX_DEPTH = 32;

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** PostgreSQL keeps neither NUL nor half a surrogate pair in text or jsonb: refused here, with a reason, not there. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text);
}

/**
 * Says why a value cannot be kept as jsonb, or null when it can. Walks without recursion, so that deep input costs
 * memory in proportion and never the stack.
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
  return bytes > maxBytes ? `is ${bytes} bytes as JSON; at most ${maxBytes} are kept` : null;
}
