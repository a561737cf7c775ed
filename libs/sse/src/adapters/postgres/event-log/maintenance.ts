import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

const INTERVAL_MS = 60_000;
const DAYS_AHEAD = 3;
/** SQLSTATE when readers hold the lock: `sse.maintain` gives up after 200 ms, so that no reader queues for its lock. */
const LOCK_NOT_AVAILABLE = '55P03';
const ATTEMPTS = 20;

/**
 * Maintains the tables about once a minute on every server (PostgreSQL lets only one at a time work): it creates partitions
 * ahead of time, drops old ones and raises floor and checkpoint, and deletes expired rows.
 */
export class Maintenance {
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly retentionDays: number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Resolves after the first run, even if it failed: the default partition takes rows that have no partition yet. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#tick();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  /** One run. @throws the error of PostgreSQL, after {@link ATTEMPTS} attempts to get the lock. */
  async run(): Promise<{ readonly made: number; readonly dropped: number }> {
    const done = await this.#partitions();
    await this.pool.query('SELECT sse.prune()');
    await this.pool.query('SELECT sse.prune_presence()');
    return done;
  }

  async #partitions(): Promise<{ readonly made: number; readonly dropped: number }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { rows } = await this.pool.query<{ made: number; dropped: number }>(
          'SELECT made, dropped FROM sse.maintain($1, $2)',
          [this.retentionDays, DAYS_AHEAD],
        );
        return rows[0] ?? { made: 0, dropped: 0 };
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS || this.#stopped)
          throw error;
        await delay(50 + Math.random() * 200);
      }
    }
  }

  async #tick(): Promise<void> {
    this.#running = this.run().then(() => undefined, this.failed);
    await this.#running;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#tick(), INTERVAL_MS * (0.8 + Math.random() * 0.4));
    this.#timer.unref();
  }
}
