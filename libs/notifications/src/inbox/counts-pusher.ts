import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Clock, CLOCK, type Connection, Hub, type Principal } from '@nest-herald/sse';
import { MAX_EPHEMERAL_BYTES } from '@nest-herald/sse-protocol';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import { ReaderKeys } from '../audience/reader-keys.js';
import { NOTIFICATION_COUNTS, NOTIFICATION_EVENTS, type NotificationCounts } from '../notification-events.js';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../notifications.options.js';
import { InboxService } from './inbox.service.js';

/** Somebody with open connections in this process. */
interface Person {
  readonly connections: Set<Connection>;
  /** Waits for its time, or for its turn. */
  isDue: boolean;
  isCounting: boolean;
  /** Something changed while it was being counted. */
  isStale: boolean;
  lastStartMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Tells people their counts: right behind `connected`, and after each change of their own rows, whichever node made it.
 *
 * It follows the durable events that name a person, so it counts after the commit and on the node that has the connection;
 * its pushes to one connection are therefore in order. A shared announcement is not counted here: clients ask for
 * themselves, spread over seconds (api.md §5). Bounds: one entry per person connected, one count per person and
 * `countsIntervalMs`, `countsConcurrency` counts at a time.
 */
@Injectable()
export class CountsPusher implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(CountsPusher.name);
  readonly #people = new Map<string, Person>();
  readonly #queue: Person[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #unfollow: (() => void)[] = [];
  #isStopped = false;

  constructor(
    @Inject(Hub) private readonly hub: Hub,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(ReaderKeys) private readonly readerKeys: ReaderKeys,
    @Inject(InboxService) private readonly inbox: InboxService,
    @Inject(NOTIFICATION_OPTIONS) private readonly options: ResolvedNotificationOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#unfollow.push(
      this.hub.onConnected((connection) => this.#join(connection)),
      this.hub.onEvent(({ tenantId, type, audience, recipients, isDurable }) => {
        if (!isDurable || !NOTIFICATION_EVENTS.has(type)) return;
        if (recipients !== null) for (const userId of recipients) this.#changed(tenantId, userId);
        else if (audience.startsWith('user:')) this.#changed(tenantId, audience.slice('user:'.length));
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    for (const end of this.#unfollow) end();
    for (const person of this.#people.values()) clearTimeout(person.timer);
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  #join(connection: Connection): void {
    // A poll ends with the first event it gets: counting for it would turn waiting into asking without pause.
    if (connection.transport === 'poll' || this.#isStopped) return;
    const key = keyOf(connection.principal.tenantId, connection.principal.userId);
    let person = this.#people.get(key);
    if (person === undefined) {
      person = {
        connections: new Set(),
        isDue: false,
        isCounting: false,
        isStale: false,
        lastStartMs: -Infinity,
        timer: undefined,
      };
      this.#people.set(key, person);
    }
    const joined = person;
    joined.connections.add(connection);
    connection.onClosed(() => {
      joined.connections.delete(connection);
      if (joined.connections.size > 0 || this.#people.get(key) !== joined) return;
      clearTimeout(joined.timer);
      this.#people.delete(key);
    });
    this.#schedule(joined);
  }

  #changed(tenantId: string, userId: string): void {
    const person = this.#people.get(keyOf(tenantId, userId));
    if (person !== undefined) this.#schedule(person);
  }

  #schedule(person: Person): void {
    if (person.isCounting) person.isStale = true;
    if (person.isDue || person.isCounting || this.#isStopped) return;
    person.isDue = true;
    const waitMs = person.lastStartMs + this.options.countsIntervalMs - this.clock.monotonicMs();
    if (waitMs <= 0) this.#enqueue(person);
    else person.timer = setTimeout(() => this.#enqueue(person), waitMs).unref();
  }

  #enqueue(person: Person): void {
    this.#queue.push(person);
    this.#work();
  }

  #work(): void {
    while (this.#running.size < this.options.countsConcurrency) {
      const person = this.#queue.shift();
      if (person === undefined) return;
      const done: Promise<void> = this.#count(person).finally(() => {
        this.#running.delete(done);
        this.#work();
      });
      this.#running.add(done);
    }
  }

  /** Never throws: counts are a courtesy, and the next change tries again. */
  async #count(person: Person): Promise<void> {
    person.isDue = false;
    person.isCounting = true;
    person.isStale = false;
    person.lastStartMs = this.clock.monotonicMs();
    try {
      // Connections of one person may hold different tokens, so different roles and different numbers.
      const groups = new Map<string, Connection[]>();
      for (const connection of person.connections) {
        const rights = rightsOf(connection);
        const same = groups.get(rights);
        if (same === undefined) groups.set(rights, [connection]);
        else same.push(connection);
      }
      for (const connections of groups.values()) {
        const [first] = connections;
        if (first === undefined) continue;
        const payload = fit(await this.#countsOf(first.principal));
        for (const connection of connections)
          connection.sendEphemeral(NOTIFICATION_COUNTS, payload, NOTIFICATION_COUNTS);
      }
    } catch (error) {
      this.#logger.warn(`Counts could not be told: ${String(error)}`);
    } finally {
      person.isCounting = false;
      if (person.isStale) this.#schedule(person);
    }
  }

  async #countsOf(principal: Principal): Promise<NotificationCounts> {
    const held = await this.readerKeys.heldBy(principal);
    return this.transactions.run(principal.tenantId, async (manager) =>
      this.inbox.counts(manager, await this.readerKeys.readerOf(manager, principal, held)),
    );
  }
}

function keyOf(tenantId: string, userId: string): string {
  // No id contains a line feed (wire.md §1).
  return `${tenantId}\n${userId}`;
}

function rightsOf(connection: Connection): string {
  return [...connection.keys, ...connection.principal.topics].join('\n');
}

/** An event without position holds 6,000 bytes: of very many categories, those with least to read are left out. */
function fit(counts: NotificationCounts): string {
  const text = JSON.stringify(counts);
  if (Buffer.byteLength(text) <= MAX_EPHEMERAL_BYTES) return text;
  const categories = Object.entries(counts.byCategory).sort(([, a], [, b]) => b.unread - a.unread);
  for (let kept = Math.floor(categories.length / 2); ; kept = Math.floor(kept / 2)) {
    const cut = JSON.stringify({ ...counts, byCategory: Object.fromEntries(categories.slice(0, kept)) });
    if (kept === 0 || Buffer.byteLength(cut) <= MAX_EPHEMERAL_BYTES) return cut;
  }
}
