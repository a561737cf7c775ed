/** A payload as the client of a stream reads it: with every line break as LF (P11). */
export function withUnixLineBreaks(payload: string): string {
  return payload.includes('\r') ? payload.replaceAll(/\r\n?/g, '\n') : payload;
}
