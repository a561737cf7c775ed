/** One event as a receiver gets it, over a stream, a poll, a WebSocket or in the server process. */
export interface SseEvent {
  /** The position of a durable event; an ephemeral one has none (PROTOCOL P20). */
  readonly id?: string;
  /** Event type; `message` if the publisher named none. */
  readonly event: string;
  /** The payload as text: a published string unchanged, anything else as JSON (P13). */
  readonly data: string;
}
