import fc from 'fast-check';

/** Payloads that users and programs have tried to break a frame with. */
const CHOSEN = [
  '',
  ' ',
  ' two leading spaces',
  ':',
  ': a comment',
  'a\r\nevent: x\rid: 9\n\ndata: y',
  '\n',
  '\r',
  '\r\n',
  '\n\n\n',
  'ends with a line\n',
  'id: 1\n\n',
  'retry: 1\n\nevent: close\ndata: {}\n\n',
  '\uFEFFa byte order mark',
  'line\u2028separators\u2029are text',
  '\u0085 next line is text',
  '{"json":"\\n"}',
  '中文 ünï 👩‍👩‍👧 \u202Eright to left',
  '<script>alert(1)</script>',
  '5\r\nhello\r\n0\r\n\r\n',
  'x'.repeat(60_000),
] as const;

/** The chosen payloads and `count` generated ones, the same in every run. */
export function hostilePayloads(count: number): readonly string[] {
  const part = fc.oneof(
    fc.constantFrom('\r', '\n', '\r\n', '\n\n', ':', ' ', 'data:', 'id:', 'event: x', 'retry:', '\uFEFF', '中', '👩'),
    fc.string({ unit: 'binary', maxLength: 12 }).map(publishable),
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  return [...CHOSEN, ...fc.sample(text, { numRuns: count, seed: 20_261_121 })];
}

/** Replaces NUL and lone surrogates, because publishing refuses them. */
function publishable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '?');
}

/** What every parser of event streams must return for a payload: each line end becomes LF. */
export function asReceived(payload: string): string {
  return payload.replaceAll(/\r\n|\r/g, '\n');
}
