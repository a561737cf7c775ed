import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptLine, OutcomeLine, PublisherLine } from '../checker/records.js';
import { JsonLines } from '../json-lines.js';
import { wallClockMs } from '../wall-clock.js';
import type { PublisherLoad } from './publisher-load.js';

const TRICKLE_MS = 1_000;

/** What all publishers of a process share: the log, the pace, the end. */
export class PublisherDesk {
  readonly #log: JsonLines<PublisherLine>;
  readonly #startedAt = performance.now();
  #transactions = 0;
  #attempted = 0;
  #acknowledged = 0;
  #isStopped = false;
  /** Kinds of failures and how often they came; for the report of a run that looks odd. */
  readonly failures = new Map<string, number>();

  constructor(readonly load: PublisherLoad) {
    this.#log = new JsonLines(load.logFile, true);
  }

  get isOver(): boolean {
    return this.#isStopped;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  stop(): void {
    this.#isStopped = true;
  }

  close(): void {
    this.#log.close();
  }

  /** The clock of all attempts and outcomes. */
  now(): number {
    return wallClockMs();
  }

  nextTransaction(tenant: string): string {
    return `${tenant}/${(this.#transactions += 1)}`;
  }

  attempt(line: AttemptLine): void {
    this.#attempted += line.events.length;
    this.#log.write(line);
  }

  outcome(tx: string, outcome: OutcomeLine['outcome'], events: number): void {
    const at = this.now();
    if (outcome === 'committed') this.#acknowledged += events;
    this.#log.write({ kind: 'outcome', tx, outcome, at });
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
  }

  /** Waits while the load is ahead of its rate. */
  async pace(): Promise<void> {
    for (;;) {
      if (this.isOver) return;
      if (this.#acknowledged >= this.load.events) {
        await delay(TRICKLE_MS);
        return;
      }
      const allowed = ((performance.now() - this.#startedAt) / 1_000) * this.load.eventsPerSecond;
      if (this.#attempted <= allowed) return;
      await delay(5);
    }
  }
}
