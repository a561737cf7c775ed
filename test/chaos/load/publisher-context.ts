import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptRecord, OutcomeRecord, PublisherRecord } from '../checker/records.js';
import { JsonLines } from '../json-lines.js';
import { wallClockMs } from '../wall-clock.js';
import type { PublisherLoad } from './publisher-load.js';

const TRICKLE_MS = 1_000;

/** Shared by all publishers of a process: the log, the rate and the end. */
export class PublisherContext {
  readonly #log: JsonLines<PublisherRecord>;
  readonly #startedAt = performance.now();
  #transactions = 0;
  #attempted = 0;
  #acknowledged = 0;
  #isStopped = false;
  /** Error messages and how often each occurred, for the report of a bad run. */
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

  /** The clock of all attempts and outcomes, in ms. */
  now(): number {
    return wallClockMs();
  }

  nextTransaction(tenant: string): string {
    return `${tenant}/${(this.#transactions += 1)}`;
  }

  attempt(record: AttemptRecord): void {
    this.#attempted += record.events.length;
    this.#log.write(record);
  }

  outcome(tx: string, outcome: OutcomeRecord['outcome'], events: number): void {
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
