import type { Latencies, PacePlan } from '../processes/messages.js';

/** Longest wait for what was published to arrive. */
const ARRIVAL_TIMEOUT_MS = 30_000;

const LOOK_MS = 20;

/** Wall clock with fractions, the same in all processes of the machine. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** When each event arrived on each connection: event k of connection i stands at `k * connections + i`. */
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

  /** @param event which one on this connection, from 0; more than were asked for are an error of the run. */
  note(connection: number, event: number): void {
    const index = event * this.connections + connection;
    if (index >= this.at.length) throw new Error(`Connection ${connection} got event ${event}, more than published.`);
    this.at[index] = wallClockMs();
    this.missing--;
  }

  /** @throws Error when not all arrive within half a minute. */
  async compare(publishedAt: readonly number[], order: PacePlan['to']): Promise<Latencies> {
    const until = wallClockMs() + ARRIVAL_TIMEOUT_MS;
    while (this.missing > 0) {
      if (wallClockMs() > until) throw new Error(`${this.missing} of ${this.at.length} events did not arrive.`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const late = this.at.map(
      (at, index) =>
        at - (publishedAt[order === 'everyone' ? Math.floor(index / this.connections) : index] ?? Number.NaN),
    );
    late.sort();
    const quantile = (share: number): number => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
    return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
  }
}
