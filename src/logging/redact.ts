/**
 * What no log line may contain: tokens, passwords in URLs, credentials in queries and headers. Code that logs must not
 * pass them; this is the second defence.
 */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[token]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 [hidden]'],
  [/([?&](?:token|access_token|ticket)=)[^&\s"']+/gi, '$1[hidden]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@]*@/gi, '$1:[hidden]@'],
  [/\b((?:set-)?cookie:\s*)[^\r\n]+/gi, '$1[hidden]'],
];

// Control characters (C0 except the line feed, DEL, C1) and the Unicode line separators. They forge log lines or move the
// cursor of a terminal.
// oxlint-disable-next-line no-control-regex -- the expression must match these characters
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Makes text safe for one log line: no credentials, no control characters, no line breaks. */
export function logSafe(text: string): string {
  let safe = text;
  for (const [shape, replacement] of SECRET_SHAPES) safe = safe.replace(shape, replacement);
  return safe.replaceAll('\n', '\\n').replace(CONTROL, escape);
}

function escape(character: string): string {
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
