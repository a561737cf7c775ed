/** One event as a receiver sees it, whatever carried it: stream, poll answer, WebSocket, server-side follower. */
export interface SseEvent {
  /** The position of a durable event; an ephemeral one has none (PROTOCOL P20). */
  readonly id?: string;
  /** Event type; `message` where the publisher named none. */
  readonly event: string;
  /** The payload as text: a string as it was published, anything else as JSON. */
  readonly data: string;
}
