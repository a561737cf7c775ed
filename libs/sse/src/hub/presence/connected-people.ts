import type { Clock, TenantId, UserId } from '@nest-herald/platform';
import type { Connection } from '../../connection/connection.js';

/** How {@link ConnectedPeople} are told. */
export interface ConnectedPeopleOptions {
  /** Tells one person on these connections, at least one; the next call for them begins when this one has ended. */
  readonly send: (connections: ReadonlySet<Connection>) => Promise<void>;
  /** Is told what `tell` threw. The next change tries again. */
  readonly failed: (error: unknown) => void;
  /** Least time between two starts for one person, in ms. */
  readonly intervalMs: number;
  /** People who are told at the same time; others wait for their turn. */
  readonly concurrency: number;
  readonly clock: Clock;
}

/** Somebody with open connections in this process. */
interface Person {
  readonly connections: Set<Connection>;
  /** Waits for its time, or for its turn. */
  isDue: boolean;
  isTold: boolean;
  /** Something changed while it was being told. */
  isStale: boolean;
  lastStartMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Tells each person connected to this process something of their own, such as how much waits for them: right behind
 * `connected`, and after each change that it hears of.
 *
 * Guarantees: whatever changed before a call of `tell` began is behind it, and a change during it is followed by another.
 * Changes that come together are told once. Bounds: one entry per person connected, one call per person and `intervalMs`,
 * `concurrency` calls at a time.
 */
export class ConnectedPeople {
  readonly #people = new Map<string, Person>();
  readonly #queue: Person[] = [];
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(private readonly options: ConnectedPeopleOptions) {}

  /** Takes a connection in, for `Hub.onConnected`. It leaves by itself when it closes. */
  join(connection: Connection): void {
    // A poll ends with the first event it gets: telling it would turn waiting into asking without pause.
    if (connection.transport === 'poll' || this.#isStopped) return;
    const key = keyOf(connection.tenantId, connection.userId);
    const person = this.#people.get(key) ?? newPerson();
    this.#people.set(key, person);
    person.connections.add(connection);
    connection.onClosed(() => {
      person.connections.delete(connection);
      if (person.connections.size > 0) return;
      clearTimeout(person.timer);
      this.#people.delete(key);
    });
    this.#schedule(person);
  }

  /** Something of this person changed; nothing happens when nobody of that name is connected here. */
  changed(tenantId: TenantId, userId: UserId | string): void {
    const person = this.#people.get(keyOf(tenantId, userId));
    if (person !== undefined) this.#schedule(person);
  }

  /** Begins nothing new; resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const person of this.#people.values()) clearTimeout(person.timer);
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  #schedule(person: Person): void {
    if (person.isTold) person.isStale = true;
    if (person.isDue || person.isTold || this.#isStopped) return;
    person.isDue = true;
    const waitMs = person.lastStartMs + this.options.intervalMs - this.options.clock.monotonicMs();
    if (waitMs <= 0) this.#enqueue(person);
    else person.timer = setTimeout(() => this.#enqueue(person), waitMs).unref();
  }

  #enqueue(person: Person): void {
    this.#queue.push(person);
    this.#work();
  }

  #work(): void {
    while (this.#running.size < this.options.concurrency) {
      const person = this.#queue.shift();
      if (person === undefined) return;
      const done: Promise<void> = this.#tell(person).finally(() => {
        this.#running.delete(done);
        this.#work();
      });
      this.#running.add(done);
    }
  }

  async #tell(person: Person): Promise<void> {
    person.isDue = false;
    // They left while they waited for their turn.
    if (person.connections.size === 0) return;
    person.isTold = true;
    person.isStale = false;
    person.lastStartMs = this.options.clock.monotonicMs();
    try {
      await this.options.send(person.connections);
    } catch (error) {
      this.options.failed(error);
    } finally {
      person.isTold = false;
      if (person.isStale) this.#schedule(person);
    }
  }
}

function newPerson(): Person {
  return {
    connections: new Set(),
    isDue: false,
    isTold: false,
    isStale: false,
    lastStartMs: -Infinity,
    timer: undefined,
  };
}

function keyOf(tenantId: string, userId: string): string {
  // No id contains a line feed (wire.md §1).
  return `${tenantId}\n${userId}`;
}
