import pg from 'pg';
import type { ApprovalApp } from './approval-app.js';
import type { TestDatabase } from './test-database.js';

/** How long requests may take to reach the barrier; each request waits up to 3 s for the row. */
const ARRIVAL_MS = 2_500;

/**
 * Makes requests race for an instance: it locks the row until all of them wait for it, in the given order, and then unlocks
 * it. So every run has a real race, and the test decides which request is first.
 */
export class Barrier {
  readonly #watcher: pg.Client;

  private constructor(
    private readonly app: ApprovalApp,
    url: string,
  ) {
    // The role of the application may not see what other sessions wait for.
    this.#watcher = new pg.Client({ connectionString: url });
  }

  static async open(app: ApprovalApp, database: TestDatabase): Promise<Barrier> {
    const barrier = new Barrier(app, database.url);
    await barrier.#watcher.connect();
    return barrier;
  }

  async race<T>(instanceId: string, requests: readonly (() => Promise<T>)[], tenant = 'acme'): Promise<T[]> {
    const answers: Promise<T>[] = [];
    await this.app.inTenant(tenant, async (manager) => {
      const held = 'select 1 from herald.apv_instance where tenant_id = $1 and id = $2 for update';
      await manager.query(held, [tenant, instanceId]);
      for (const request of requests) {
        answers.push(request());
        await this.#untilWaiting(answers.length);
      }
    });
    return Promise.all(answers);
  }

  async close(): Promise<void> {
    await this.#watcher.end();
  }

  async #untilWaiting(expected: number): Promise<void> {
    const deadline = performance.now() + ARRIVAL_MS;
    for (;;) {
      const { rows } = await this.#watcher.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      const waiting = rows[0]?.waiting ?? 0;
      if (waiting >= expected) return;
      if (performance.now() > deadline) throw new Error(`Only ${waiting} of ${expected} requests wait for the row.`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
