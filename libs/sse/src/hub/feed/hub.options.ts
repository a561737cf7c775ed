/**
 * Every number that the hub and its connections obey, already resolved and checked (`sse.options.ts` does both).
 * Where a field says so, 0 switches the limit off (wire.md §7).
 */
export interface HubOptions {
  /** Time between two heartbeats of one connection, ± 10 %, in ms. 0 = none. */
  readonly heartbeatIntervalMs: number;
  /** The `retry:` line of every `connected` block, in ms. */
  readonly retryMs: number;
  /** Time over which a drain spreads its `close` events before it stops hard, in ms. */
  readonly drainMs: number;
  /** Frames that may wait for a connection whose socket takes nothing. 0 = only bytes count. */
  readonly clientBufferSize: number;
  /** Longest time in which nothing, heartbeats included, could be written to a connection, in ms. 0 = off. */
  readonly idleTimeoutMs: number;
  /** Age at which a connection is asked to come back, ± 10 %, in ms. 0 = off. */
  readonly maxConnectionAgeMs: number;
  /** Bytes that may wait for a connection whose socket takes nothing. 0 = off. */
  readonly maxQueuedBytes: number;
  /** Connections of this process. 0 = off. */
  readonly maxConnections: number;
  /** Connections of one tenant, all nodes together. 0 = off. */
  readonly maxConnectionsPerTenant: number;
  /** Connections of one person, all nodes together. 0 = off. */
  readonly maxConnectionsPerUser: number;
  /** What happens to one connection more than `maxConnectionsPerUser`. */
  readonly onUserLimit: 'refuse' | 'close-oldest';
  /** Streams one person may open on this process per minute, on average. 0 = off. */
  readonly connectsPerMinute: number;
  /** Streams one person may open at once before the average counts. */
  readonly connectBurst: number;
  /** Polls one person may send to this process per minute. 0 = off. */
  readonly pollsPerMinute: number;
  /** Events that one replay may show its holder; beyond it one `resync`. 0 = off. */
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
