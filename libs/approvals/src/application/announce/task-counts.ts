import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, type Clock, type Principal } from '@nest-herald/platform';
import { ConnectedPeople, type Connection, Hub } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { TASK_CLOSED, TASK_CREATED, TASKS_COUNT, type TasksCount } from './approval-events.js';

/** Least time between two counts of one person (like the inbox's, api.md §5), in ms. */
const INTERVAL_MS = 250;
/** Counts that one process makes at the same time; others wait for their turn. */
const MAX_COUNTING = 4;

/**
 * Tells people how many tasks wait for them (`approval.tasks.count`): behind `connected`, and after each change of their own
 * tasks, whichever node made it. It follows the durable task events, so it counts what is committed; changes that come together
 * become one, at most four a second for one person.
 */
@Injectable()
export class TaskCounts implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(TaskCounts.name);
  readonly #people: ConnectedPeople;
  readonly #unfollow: (() => void)[] = [];

  constructor(
    @Inject(Hub) private readonly hub: Hub,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#people = new ConnectedPeople({
      send: (connections) => this.#tell(connections),
      // Counts are a courtesy.
      failed: (error) => this.#logger.warn(`Tasks could not be counted: ${String(error)}`),
      intervalMs: INTERVAL_MS,
      concurrency: MAX_COUNTING,
      clock,
    });
  }

  onApplicationBootstrap(): void {
    this.#unfollow.push(
      this.hub.onConnected((connection) => this.#people.join(connection)),
      this.hub.onEvent(({ tenantId, type, audience, isDurable }) => {
        if (!isDurable || (type !== TASK_CREATED && type !== TASK_CLOSED)) return;
        this.#people.changed(tenantId, audience.slice('user:'.length));
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    for (const end of this.#unfollow) end();
    await this.#people.stop();
  }

  async #tell(connections: ReadonlySet<Connection>): Promise<void> {
    const [first] = connections;
    if (first === undefined) return;
    const payload = JSON.stringify(await this.#count(first.principal));
    for (const connection of connections) connection.sendEphemeral(TASKS_COUNT, payload, TASKS_COUNT);
  }

  #count({ tenantId, userId }: Principal): Promise<TasksCount> {
    return this.transactions.run(tenantId, async (manager) => {
      const rows: { pending: string; overdue: string; rev: string }[] = await manager.query(
        `select count(*) as pending, count(*) filter (where due_at < clock_timestamp()) as overdue,
                pg_snapshot_xmax(pg_current_snapshot())::text as rev
           from herald.apv_task where tenant_id = $1 and assignee_id = $2 and status = 'pending'`,
        [tenantId, userId],
      );
      const [row] = rows;
      return { pending: Number(row?.pending ?? 0), overdue: Number(row?.overdue ?? 0), rev: row?.rev ?? '0' };
    });
  }
}
