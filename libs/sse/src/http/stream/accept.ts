/** The media types that an `Accept` header names and does not rule out with `q=0` (RFC 9110 §12.5.1). */
export function acceptedTypes(accept: string | null): readonly string[] {
  if (accept === null) return [];
  return accept
    .split(',')
    .filter((range) => !/;\s*q\s*=\s*0(\.0{0,3})?\s*(;|$)/i.test(range))
    .map((range) => range.split(';', 1)[0]!.trim().toLowerCase())
    .filter((type) => type !== '');
}

/** Whether an event stream may be the answer: none asked for anything, or one of the ranges covers it. */
export function acceptsEventStream(accept: string | null): boolean {
  // What every client of ours and every browser's EventSource sends.
  if (accept === null || accept === 'text/event-stream' || accept.trim() === '') return true;
  return acceptedTypes(accept).some((type) => ['text/event-stream', 'text/*', '*/*'].includes(type));
}

/**
 * Whether a transient refusal must come as a stream (wire.md §2): a browser's EventSource names `text/event-stream` and
 * gives up for good on any status but 200. Who names problem documents too can read the real status.
 */
export function wantsSoftRefusal(accept: string | null): boolean {
  const types = acceptedTypes(accept);
  return types.includes('text/event-stream') && !types.includes('application/problem+json');
}
