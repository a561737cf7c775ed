/** The media types that an `Accept` header lists without excluding them by `q=0` (RFC 9110 §12.5.1). */
export function acceptedTypes(accept: string | null): readonly string[] {
  if (accept === null) return [];
  return accept
    .split(',')
    .filter((range) => !/;\s*q\s*=\s*0(\.0{0,3})?\s*(;|$)/i.test(range))
    .map((range) => range.split(';', 1)[0]!.trim().toLowerCase())
    .filter((type) => type !== '');
}

/** Whether the client accepts an event stream: it sends no `Accept` header, or one of its ranges covers it. */
export function acceptsEventStream(accept: string | null): boolean {
  // The header that our clients and every browser's EventSource send.
  if (accept === null || accept === 'text/event-stream' || accept.trim() === '') return true;
  return acceptedTypes(accept).some((type) => ['text/event-stream', 'text/*', '*/*'].includes(type));
}

/**
 * Whether a transient refusal must be sent as a stream: a browser's EventSource accepts `text/event-stream` and
 * never reconnects after a status other than 200. A client that also accepts problem documents can read the real status.
 */
export function wantsSoftRefusal(accept: string | null): boolean {
  const types = acceptedTypes(accept);
  return types.includes('text/event-stream') && !types.includes('application/problem+json');
}
