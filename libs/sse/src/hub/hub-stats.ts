/** Counters of one process, of one tenant or of all of them. Totals count from the start of the process. */
export interface HubStats {
  readonly connections: number;
  readonly users: number;
  /** Distinct topics and patterns followed. */
  readonly topics: number;
  /** Frames of events handed to connections, control events not counted. */
  readonly eventsSentTotal: number;
  /** Ephemeral frames replaced or dropped while they waited, and durable ones dropped with a slow consumer's queue. */
  readonly eventsDroppedTotal: number;
  /** Mean over the last 10 s. */
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
  readonly connectsTotal: number;
  readonly disconnectsTotal: number;
  /** Streams that began with a `resync`. */
  readonly resyncsTotal: number;
  readonly bytesSentTotal: number;
  /** Bytes that wait in this process for sockets that take nothing. */
  readonly queuedBytes: number;
}
