/** A payload as the client of a stream reads it: every line break has become LF on the way (P11). */
export function withUnixLineBreaks(payload: string): string {
  return payload.includes('\r') ? payload.replaceAll(/\r\n?/g, '\n') : payload;
}
