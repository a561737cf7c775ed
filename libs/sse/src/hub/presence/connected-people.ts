import type { Clock, TenantId, UserId } from '@nest-herald/platform';
import type { Connection } from '../../connection/connection.js';

/** The options of {@link ConnectedPeople}. */
export interface ConnectedPeopleOptions {
  /** Sends to one person, on all of their connections. The next call for this person begins when this one has ended. */
  readonly send: (connections: ReadonlySet<Connection>) => Promise<void>;
  /** Receives what `send` threw. The next change tries again. */
  readonly failed: (error: unknown) => void;
  /** Minimum time between the starts of two calls for one person, in ms. */
  readonly intervalMs: number;
  /** Maximum number of concurrent calls. */
  readonly concurrency: number;
  readonly clock: Clock;
}

/** A person with open connections in this process. */
interface Person {
  readonly connections: Set<Connection>;
  /** Waits for the interval to pass, or in the queue. */
  isDue: boolean;
  isSending: boolean;
  /** Something changed during the running call. */
  isStale: boolean;
  lastStartMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Sends each connected person something of their own, such as a count: directly after `connected`, and after each reported
 * change.
 *
 * Guarantees: a call of `send` sees every change reported before it began, and a change during a call is followed by another
 * call. Changes reported together lead to one call. Bounds: one entry per connected person, one call per person and
 * `intervalMs`, `concurrency` concurrent calls.
 */
export class ConnectedPeople {
  readonly #people = new Map<string, Person>();
  readonly #queue: Person[] = [];
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(private readonly options: ConnectedPeopleOptions) {}

  /** Adds a connection; a listener for `Hub.onConnected`. The connection is removed when it closes. */
  join(connection: Connection): void {
    // A poll ends with its first event. Sending to it would make the client poll without pause.
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

  /** Reports a change of this person. It does nothing when the person is not connected to this process. */
  changed(tenantId: TenantId, userId: UserId | string): void {
    const person = this.#people.get(keyOf(tenantId, userId));
    if (person !== undefined) this.#schedule(person);
  }

  /** Starts no further call. Resolves when the running calls have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const person of this.#people.values()) clearTimeout(person.timer);
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  #schedule(person: Person): void {
    if (person.isSending) person.isStale = true;
    if (person.isDue || person.isSending || this.#isStopped) return;
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
      const done: Promise<void> = this.#send(person).finally(() => {
        this.#running.delete(done);
        this.#work();
      });
      this.#running.add(done);
    }
  }

  async #send(person: Person): Promise<void> {
    person.isDue = false;
    // The person has disconnected while queued.
    if (person.connections.size === 0) return;
    person.isSending = true;
    person.isStale = false;
    person.lastStartMs = this.options.clock.monotonicMs();
    try {
      await this.options.send(person.connections);
    } catch (error) {
      this.options.failed(error);
    } finally {
      person.isSending = false;
      if (person.isStale) this.#schedule(person);
    }
  }
}

function newPerson(): Person {
  return {
    connections: new Set(),
    isDue: false,
    isSending: false,
    isStale: false,
    lastStartMs: -Infinity,
    timer: undefined,
  };
}

function keyOf(tenantId: string, userId: string): string {
  // No id contains a line feed.
  return `${tenantId}\n${userId}`;
}
