/**
 * The cost of one unit of work, from `npm run bench` on the machine of docs/performance.md (2 cores, Node 20, PostgreSQL 18 beside
 * the server). Measure on your own machine before you order hardware: absolute figures differ more between machines than ratios.
 */
export interface UnitCosts {
  /** CPU of a server per accepted stream, token and admission included; scenario `connections`. */
  readonly acceptMicros: number;
  /** Resident memory of a server per open stream; scenario `connections`. */
  readonly streamKilobytes: number;
  /** Buffers of the kernel per open stream that is read. */
  readonly kernelKilobytes: number;
  /** CPU of a server per delivered frame, without coalescing; scenario `fan-out`, 5,000 w1. */
  readonly deliveryMicros: number;
  /** CPU of a server per event that it reads, encodes and dispatches, without deliveries; `unicast` less one delivery, doubled because the log is in PostgreSQL. */
  readonly eventMicros: number;
  /** Resident memory of a server without streams. */
  readonly serverMegabytes: number;
  /** Memory for the newest events of one active tenant, at most 4 MiB; 256-byte events. */
  readonly tenantKilobytes: number;
  /** Events per second that the sequencer of one shard handles. */
  readonly shardEventsPerSecond: number;
  /** Rows per second that one primary writes in transactions of a few rows each, over ten connections. */
  readonly primaryRowsPerSecond: number;
  /** Default of `heartbeatIntervalMs`. */
  readonly heartbeatSeconds: number;
}

/** See {@link UnitCosts}. */
export const MEASURED: UnitCosts = {
  acceptMicros: 430,
  streamKilobytes: 17,
  kernelKilobytes: 5,
  deliveryMicros: 9.6,
  eventMicros: 45,
  serverMegabytes: 130,
  tenantKilobytes: 600,
  shardEventsPerSecond: 9_000,
  primaryRowsPerSecond: 20_000,
  heartbeatSeconds: 15,
};
