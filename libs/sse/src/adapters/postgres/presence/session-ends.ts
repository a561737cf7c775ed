import type { Pool } from 'pg';
import type { StoredChange } from './presence-change.js';

/** Sessions that one statement ends. */
const BATCH = 500;
/** Graces that end within one tick share a timer, so that few timers exist however often users leave. */
const MAX_TICK_MS = 500;
const MIN_TICK_MS = 10;

/** What {@link SessionEnds} needs. */
export interface SessionEndsOptions {
  readonly pool: Pool;
  readonly graceMs: number;
  readonly announce: (changes: readonly StoredChange[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Announces users as offline when their grace is over. The database assigns each ended session to one of the servers that
 * ask, so another server announces the users of a dead one, at the latest with its next lease renewal.
 */
export class SessionEnds {
  readonly #tickMs: number;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(private readonly options: SessionEndsOptions) {
    this.#tickMs = Math.max(MIN_TICK_MS, Math.min(MAX_TICK_MS, options.graceMs));
  }

  /** Ends sessions one grace from now; called when the grace of a user has just started. */
  schedule(): void {
    if (this.#isStopped) return;
    const dueMs = Math.ceil((performance.now() + this.options.graceMs) / this.#tickMs) * this.#tickMs;
    if (this.#timers.has(dueMs)) return;
    const end = (): void => {
      this.#timers.delete(dueMs);
      void this.endDue();
    };
    this.#timers.set(dueMs, setTimeout(end, dueMs - performance.now()).unref());
  }

  /** Ends the sessions that are due, one call at a time. Never throws. */
  endDue(): Promise<void> {
    this.#running ??= this.#endAll()
      .catch((error: unknown) => this.options.onError(error))
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  /** Resolves when no statement is running. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await this.#running;
  }

  async #endAll(): Promise<void> {
    while (!this.#isStopped) {
      const { rows } = await this.options.pool.query<{ taken: number; changes: StoredChange[] }>({
        name: 'sse-end-sessions',
        text: 'SELECT taken, changes FROM sse.end_sessions($1)',
        values: [BATCH],
      });
      const { taken, changes } = rows[0] ?? { taken: 0, changes: [] };
      this.options.announce(changes);
      if (taken < BATCH) return;
    }
  }
}
