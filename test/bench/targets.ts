/** A bound that a median must keep. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** Fewest connections for which the fan-out has targets. */
const FAN_OUT_FROM = 1_000;

/** The targets of docs/performance.md; each is given the number of connections, and absent where none was set. */
export const TARGETS = {
  fanOutByBareSocket: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atMost: connections < 10_000 ? 1.35 : 1.25 },
  fanOutByBareResponse: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atMost: 1 },
  nestDefaultByFanOut: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atLeast: connections < 5_000 ? 3 : 3.5 },
  bareResponseByBurst: (connections: number): Target | undefined =>
    connections < FAN_OUT_FROM ? undefined : { atLeast: 3 },
  unicastByBareMap: { atMost: 1.25 } satisfies Target,
  idleConnectionKilobytes: { atMost: 20 } satisfies Target,
  acceptedConnectionMicros: { atMost: 300 } satisfies Target,
} as const;

/** @returns whether the median keeps the bound. */
export function isMet(target: Target, median: number): boolean {
  return 'atMost' in target ? median <= target.atMost : median >= target.atLeast;
}
