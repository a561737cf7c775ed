/**
 * What one unit of work costs, from `npm run bench` on the machine of docs/performance.md (2 cores, Node 20, PostgreSQL 18 beside
 * the server). Measure on your own machine before you order hardware; ratios travel better than absolute figures.
 */
export interface UnitCosts {
  /** CPU of a node per accepted stream, token and admission included; scenario `connections`. */
  readonly acceptMicros: number;
  /** Resident memory of a node per open stream; scenario `connections`. */
  readonly streamKilobytes: number;
  /** Buffers of the kernel per open stream that is read. */
  readonly kernelKilobytes: number;
  /** CPU of a node per delivered frame, nothing to join; scenario `fan-out`, 5,000 w1. */
  readonly deliveryMicros: number;
  /** CPU of a node per event that it reads, encodes and looks up, deliveries not included; `unicast` less one delivery, twice: the log is in PostgreSQL. */
  readonly eventMicros: number;
  /** Resident memory of a node without streams. */
  readonly nodeMegabytes: number;
  /** Memory of the newest events of one active tenant, at most 4 MiB; 256-byte events. */
  readonly tenantKilobytes: number;
  /** Events a second that one shard numbers. */
  readonly shardEventsPerSecond: number;
  /** Rows a second that one primary writes in transactions of a few rows each, over ten connections. */
  readonly primaryRowsPerSecond: number;
  /** `heartbeatIntervalMs` by default. */
  readonly heartbeatSeconds: number;
}

/** See {@link UnitCosts}. */
export const MEASURED: UnitCosts = {
  acceptMicros: 430,
  streamKilobytes: 17,
  kernelKilobytes: 5,
  deliveryMicros: 9.6,
  eventMicros: 45,
  nodeMegabytes: 130,
  tenantKilobytes: 600,
  shardEventsPerSecond: 9_000,
  primaryRowsPerSecond: 20_000,
  heartbeatSeconds: 15,
};
