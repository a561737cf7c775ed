import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, type Clock } from '@nest-herald/platform';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { ConnectedPeople, Hub, type Connection } from '@nest-herald/sse';
import { countOpenTasks } from '../../store/task-lists.js';
import { APPROVAL_EVENTS, type TasksCount } from './approval-events.js';

/** Shortest time between two counts of one person, as for the counts of the inbox. */
const INTERVAL_MS = 250;
/** Most counts that one server reads at the same time. */
const MAX_CONCURRENT_COUNTS = 4;

/**
 * Sends each connected person the number of their open tasks (`approval.tasks.count`): after `connected`, and after each change
 * of their tasks on any server. It follows the durable task events, so it counts committed tasks. Changes in quick succession
 * are sent together, at most four times a second to one person.
 */
@Injectable()
export class TaskCounts implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(TaskCounts.name);
  readonly #people: ConnectedPeople;
  readonly #unsubscribe: (() => void)[] = [];

  constructor(
    private readonly hub: Hub,
    private readonly transactions: TenantTransaction,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#people = new ConnectedPeople({
      send: (connections) => this.#send(connections),
      // A count that is missing is corrected by the next one.
      failed: (error) => this.#logger.warn(`Open tasks could not be counted: ${String(error)}`),
      intervalMs: INTERVAL_MS,
      concurrency: MAX_CONCURRENT_COUNTS,
      clock,
    });
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe.push(
      this.hub.onConnected((connection) => this.#people.join(connection)),
      this.hub.onEvent(({ tenantId, type, audience, isDurable }) => {
        if (!isDurable || (type !== APPROVAL_EVENTS.taskCreated && type !== APPROVAL_EVENTS.taskClosed)) return;
        this.#people.changed(tenantId, audience.slice('user:'.length));
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#people.stop();
  }

  async #send(connections: ReadonlySet<Connection>): Promise<void> {
    const [first] = connections;
    if (first === undefined) return;
    const { tenantId, userId } = first.principal;
    const count: TasksCount = await this.transactions.run(tenantId, (manager) =>
      countOpenTasks(manager, tenantId, userId),
    );
    const payload = JSON.stringify(count);
    for (const connection of connections)
      connection.sendEphemeral(APPROVAL_EVENTS.tasksCount, payload, APPROVAL_EVENTS.tasksCount);
  }
}
