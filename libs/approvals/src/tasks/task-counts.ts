import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Connection, Hub, type Principal } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import { TASK_CLOSED, TASK_CREATED, TASKS_COUNT, type TasksCount } from '../approval-events.js';

/** Counts that one process makes at the same time; others wait for their turn. */
const MAX_COUNTING = 4;

/** Somebody with open connections in this process. */
interface Person {
  readonly principal: Principal;
  readonly connections: Set<Connection>;
  isQueued: boolean;
}

/**
 * Tells people how many tasks wait for them (`approval.tasks.count`): behind `connected`, and after each change of their own
 * tasks, whichever node made it. It follows the durable task events, so it counts what is committed; changes while a count
 * waits for its turn become one.
 */
@Injectable()
export class TaskCounts implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(TaskCounts.name);
  readonly #people = new Map<string, Person>();
  readonly #queue: Person[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #unfollow: (() => void)[] = [];
  #isStopped = false;

  constructor(
    @Inject(Hub) private readonly hub: Hub,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
  ) {}

  onApplicationBootstrap(): void {
    this.#unfollow.push(
      this.hub.onConnected((connection) => this.#join(connection)),
      this.hub.onEvent(({ tenantId, type, audience, isDurable }) => {
        if (!isDurable || (type !== TASK_CREATED && type !== TASK_CLOSED)) return;
        const person = this.#people.get(keyOf(tenantId, audience.slice('user:'.length)));
        if (person !== undefined) this.#enqueue(person);
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#unfollow) end();
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  #join(connection: Connection): void {
    // A poll ends with the first event it gets: counting for it would turn waiting into asking without pause.
    if (connection.transport === 'poll' || this.#isStopped) return;
    const { principal } = connection;
    const key = keyOf(principal.tenantId, principal.userId);
    const known = this.#people.get(key);
    const person = known ?? { principal, connections: new Set<Connection>(), isQueued: false };
    if (known === undefined) this.#people.set(key, person);
    person.connections.add(connection);
    connection.onClosed(() => {
      person.connections.delete(connection);
      if (person.connections.size === 0 && this.#people.get(key) === person) this.#people.delete(key);
    });
    this.#enqueue(person);
  }

  #enqueue(person: Person): void {
    if (person.isQueued || this.#isStopped) return;
    person.isQueued = true;
    this.#queue.push(person);
    this.#work();
  }

  #work(): void {
    while (this.#running.size < MAX_COUNTING) {
      const person = this.#queue.shift();
      if (person === undefined) return;
      person.isQueued = false;
      const done: Promise<void> = this.#tell(person).finally(() => {
        this.#running.delete(done);
        this.#work();
      });
      this.#running.add(done);
    }
  }

  /** Never throws: counts are a courtesy, and the next change tries again. */
  async #tell(person: Person): Promise<void> {
    if (person.connections.size === 0) return;
    try {
      const payload = JSON.stringify(await this.#count(person.principal));
      for (const connection of person.connections) connection.sendEphemeral(TASKS_COUNT, payload, TASKS_COUNT);
    } catch (error) {
      this.#logger.warn(`Tasks could not be counted: ${String(error)}`);
    }
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

function keyOf(tenantId: string, userId: string): string {
  // No id contains a line feed (wire.md §1).
  return `${tenantId}\n${userId}`;
}
