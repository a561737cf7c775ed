/**
 * The settings of the hub and its connections, resolved and checked by `sse.options.ts`.
 * Where a field says so, 0 switches the limit off.
 */
export interface HubOptions {
  /** Time between two heartbeats of one connection, ± 10 %, in ms. 0 = none. */
  readonly heartbeatIntervalMs: number;
  /** The `retry:` line of every `connected` block, in ms. */
  readonly retryMs: number;
  /** Time over which a drain spreads its `close` events before it resets the rest, in ms. */
  readonly drainMs: number;
  /** Frames that may wait for a connection whose client does not read. 0 = only bytes count. */
  readonly clientBufferSize: number;
  /** Longest time in which nothing, heartbeats included, could be written to a connection, in ms. 0 = off. */
  readonly idleTimeoutMs: number;
  /** Age at which a connection is asked to reconnect, ± 10 %, in ms. 0 = off. */
  readonly maxConnectionAgeMs: number;
  /** Bytes that may wait for a connection whose client does not read. 0 = off. */
  readonly maxQueuedBytes: number;
  /** Connections of this process. 0 = off. */
  readonly maxConnections: number;
  /** Connections of one tenant on all servers. 0 = off. */
  readonly maxConnectionsPerTenant: number;
  /** Connections of one user on all servers. 0 = off. */
  readonly maxConnectionsPerUser: number;
  /** What happens when a user opens more than `maxConnectionsPerUser` connections. */
  readonly onUserLimit: 'refuse' | 'close-oldest';
  /** Streams that one user may open on this process per minute, on average. 0 = off. */
  readonly connectsPerMinute: number;
  /** Streams that one user may open at once before the average applies. */
  readonly connectBurst: number;
  /** Polls that one user may send to this process per minute. 0 = off. */
  readonly pollsPerMinute: number;
  /** Events that one replay may send; beyond it one `resync`. 0 = off. */
  readonly replayMaxEvents: number;
  /** Age of the oldest event that a replay may need, in ms; beyond it one `resync`. 0 = off. */
  readonly replayMaxAgeMs: number;
  /** Log rows that one replay may scan; beyond it one `resync`. 0 = off. */
  readonly replayMaxScannedRows: number;
  /** Encoded events that a tenant keeps in memory for reconnects. */
  readonly ringMaxEvents: number;
  /** Bytes of encoded events that a tenant keeps in memory. */
  readonly ringMaxBytes: number;
}
