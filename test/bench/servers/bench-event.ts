/** Byte that occurs exactly once in every event of the bench and nowhere else on the wire; the load client counts it. */
export const EVENT_MARKER = '~';

/** Length of an event's JSON in bytes. */
export const EVENT_BYTES = 256;

/** Type of the bench's events. */
export const EVENT_TYPE = 'bench';

/** Payload of the bench: an object, as applications publish. Its JSON has 256 bytes, whatever the number. */
export interface BenchEvent {
  readonly n: number;
  readonly text: string;
}

const PADDING = 'a'.repeat(EVENT_BYTES);

/** @param n less than 10^16. */
export function benchEvent(n: number): BenchEvent {
  const envelope = '{"n":,"text":"~"}'.length + String(n).length;
  return { n, text: `${EVENT_MARKER}${PADDING.slice(envelope)}` };
}
