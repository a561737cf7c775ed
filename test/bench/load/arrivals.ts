import type { Latencies, PacePlan } from '../processes/messages.js';

/** Longest wait for published events to arrive. */
const ARRIVAL_TIMEOUT_MS = 30_000;

const POLL_MS = 20;

/** Wall clock with fractions, comparable between all processes of the machine. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** When each event arrived on each connection: event k of connection i has the index `k * connections + i`. */
export class Arrivals {
  private readonly at: Float64Array;
  private missing: number;

  constructor(
    private readonly connections: number,
    eventsEach: number,
  ) {
    this.at = new Float64Array(connections * eventsEach);
    this.missing = this.at.length;
  }

  /** @param event number of the event on this connection, from 0. @throws Error for more events than published. */
  note(connection: number, event: number): void {
    const index = event * this.connections + connection;
    if (index >= this.at.length) throw new Error(`Connection ${connection} got event ${event}, more than published.`);
    this.at[index] = wallClockMs();
    this.missing--;
  }

  /** @returns the latencies. @throws Error if not all events arrive within half a minute. */
  async compare(publishedAt: readonly number[], order: PacePlan['to']): Promise<Latencies> {
    const until = wallClockMs() + ARRIVAL_TIMEOUT_MS;
    while (this.missing > 0) {
      if (wallClockMs() > until) throw new Error(`${this.missing} of ${this.at.length} events did not arrive.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const latencies = this.at.map(
      (at, index) =>
        at - (publishedAt[order === 'everyone' ? Math.floor(index / this.connections) : index] ?? Number.NaN),
    );
    latencies.sort();
    const quantile = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
    return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
  }
}
