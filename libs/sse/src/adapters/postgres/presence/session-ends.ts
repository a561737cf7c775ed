import type { Pool } from 'pg';
import type { StoredChange } from './presence-change.js';

/** Sessions ended by one statement. */
const LIMIT = 500;
/** Graces that end within one tick are looked for together, so that few timers wait however often somebody leaves. */
const MAX_TICK_MS = 500;
const MIN_TICK_MS = 10;

/** What a {@link SessionEnds} is made of. */
export interface SessionEndsOptions {
  readonly pool: Pool;
  readonly graceMs: number;
  readonly tell: (changes: readonly StoredChange[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Tells who went offline, when the grace is over. Of all nodes that look, the database gives each person to one; so the people
 * of a node that died are told of by another, at the latest with its next sign of life.
 */
export class SessionEnds {
  readonly #tickMs: number;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #looking: Promise<void> | null = null;
  #isStopped = false;

  constructor(private readonly options: SessionEndsOptions) {
    this.#tickMs = Math.max(MIN_TICK_MS, Math.min(MAX_TICK_MS, options.graceMs));
  }

  /** Somebody's grace has just begun. */
  expect(): void {
    if (this.#isStopped) return;
    const dueMs = Math.ceil((performance.now() + this.options.graceMs) / this.#tickMs) * this.#tickMs;
    if (this.#timers.has(dueMs)) return;
    const look = (): void => {
      this.#timers.delete(dueMs);
      void this.look();
    };
    this.#timers.set(dueMs, setTimeout(look, dueMs - performance.now()).unref());
  }

  /** Ends what is due now, one look at a time. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#endAll()
      .catch((error: unknown) => this.options.onError(error))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Resolves when no look is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await this.#looking;
  }

  async #endAll(): Promise<void> {
    while (!this.#isStopped) {
      const { rows } = await this.options.pool.query<{ taken: number; changes: StoredChange[] }>({
        name: 'sse-end-sessions',
        text: 'SELECT taken, changes FROM sse.end_sessions($1)',
        values: [LIMIT],
      });
      const { taken, changes } = rows[0] ?? { taken: 0, changes: [] };
      this.options.tell(changes);
      if (taken < LIMIT) return;
    }
  }
}
