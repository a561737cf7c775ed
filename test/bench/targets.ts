/** A bound for a median. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** Least number of connections for which the fan-out has targets. */
const FAN_OUT_FROM = 1_000;

/** The targets of docs/performance.md. Some depend on the number of connections, and are absent if none was set. */
export const TARGETS = {
  fanOutByBareSocket: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atMost: connections < 10_000 ? 1.35 : 1.25 },
  fanOutByBareResponse: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atMost: 1 },
  nestDefaultByFanOut: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atLeast: connections < 5_000 ? 3 : 3.5 },
  bareResponseByBurst: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atLeast: 3 },
  pacedTailByBareSocket: { atMost: 1.1 } satisfies Target,
  stormLiveSeconds: { atMost: 15 } satisfies Target,
  stormFromRing: { atLeast: 95 } satisfies Target,
  stormLoopMs: { atMost: 200 } satisfies Target,
  commitToWireMs: { p50: { atMost: 10 }, p99: { atMost: 50 } } satisfies Record<string, Target>,
  foreignTransaction: { atMost: 1.1 } satisfies Target,
  publishShare: { atMost: 35 } satisfies Target,
  publishShareOfLong: { atMost: 10 } satisfies Target,
  backlogSeconds: { atMost: 5 } satisfies Target,
  inboxRowsPerSecond: { atLeast: 25_000 } satisfies Target,
  sendByBareStatements: { atLeast: 70 } satisfies Target,
  stalledMegabytes: { atMost: 300 } satisfies Target,
  growth: { atMost: 1.25 } satisfies Target,
  unicastByBareMap: { atMost: 1.25 } satisfies Target,
  idleConnectionKilobytes: { atMost: 20 } satisfies Target,
  acceptedConnectionMicros: { atMost: 300 } satisfies Target,
} as const;

/** @returns whether the median meets the bound. */
export function isMet(target: Target, median: number): boolean {
  return 'atMost' in target ? median <= target.atMost : median >= target.atLeast;
}
