import pg from 'pg';
import type { ApprovalApp } from './approval-app.js';
import type { TestDatabase } from './test-database.js';

/** How long requests may take to arrive at the barrier; they themselves wait 3 s for it. */
const ARRIVAL_MS = 2_500;

/**
 * Lets requests race for an instance: its row is held until each of them waits for it, in the order in which they are given,
 * and then let go. So every run really has both in the same moment, and the test says who is first.
 */
export class Barrier {
  readonly #watcher: pg.Client;

  private constructor(
    private readonly app: ApprovalApp,
    url: string,
  ) {
    // The role of the application may not see for what others wait.
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

  async #untilWaiting(wanted: number): Promise<void> {
    const deadline = performance.now() + ARRIVAL_MS;
    for (;;) {
      const { rows } = await this.#watcher.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      const waiting = rows[0]?.waiting ?? 0;
      if (waiting >= wanted) return;
      if (performance.now() > deadline) throw new Error(`Only ${waiting} of ${wanted} requests wait for the row.`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
