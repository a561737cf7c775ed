/**
 * A minimal model of the legacy broker with its defects: one loop that owns the clients, bounded client buffers, an unbuffered
 * channel for disconnects. With it, each test named after a defect shows that it finds the defect.
 */

/** Go's unbuffered channel: a sender waits for a receiver. */
class Unbuffered<T> {
  readonly #senders: { value: T; taken: () => void }[] = [];

  send(value: T): Promise<void> {
    return new Promise((taken) => this.#senders.push({ value, taken }));
  }

  tryReceive(): T | undefined {
    const sender = this.#senders.shift();
    sender?.taken();
    return sender?.value;
  }
}

export interface LegacyMessage {
  readonly target: 'user' | 'broadcast';
  readonly user?: string;
  readonly event: string;
  readonly data: string;
}

export class LegacyClient {
  readonly buffer: string[] = [];
  isClosed = false;
  lastSeenMs: number;

  constructor(
    readonly user: string | null,
    /** Stored and never used (defect 5). */
    readonly tenant: string,
    nowMs: number,
  ) {
    this.lastSeenMs = nowMs;
  }

  /** Takes a buffered event instead of closing, when there is one (defect 4). */
  close(): void {
    if (this.buffer.length > 0) this.buffer.shift();
    else this.isClosed = true;
  }
}

export class LegacyBroker {
  /** Only clients with a user id are kept (defect 9). */
  readonly #byUser = new Map<string, Set<LegacyClient>>();
  readonly #queue: LegacyMessage[] = [];
  readonly #unregister = new Unbuffered<LegacyClient>();
  #isStopped = false;
  #nowMs = 0;
  #heartbeatIsDue = false;

  constructor(
    private readonly bufferSize: number,
    private readonly clientTimeoutMs: number,
  ) {
    void this.#run();
  }

  connect(user: string | null, tenant: string): LegacyClient {
    const client = new LegacyClient(user, tenant, this.#nowMs);
    if (user !== null) this.#byUser.set(user, (this.#byUser.get(user) ?? new Set()).add(client));
    return client;
  }

  send(message: LegacyMessage): void {
    this.#queue.push(message);
  }

  leave(client: LegacyClient): Promise<void> {
    return this.#unregister.send(client);
  }

  get totalClients(): number {
    return [...this.#byUser.values()].reduce((total, clients) => total + clients.size, 0);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    this.#heartbeatIsDue = true;
  }

  stop(): void {
    this.#isStopped = true;
    for (const clients of this.#byUser.values()) for (const client of clients) client.close();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const leaving = this.#unregister.tryReceive();
      if (leaving !== undefined) this.#remove(leaving);
      const message = this.#queue.shift();
      if (message !== undefined) await this.#route(message);
      if (this.#heartbeatIsDue) await this.#beat();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #route(message: LegacyMessage): Promise<void> {
    for (const [user, clients] of this.#byUser) {
      if (message.target === 'user' && user !== message.user) continue;
      for (const client of clients) {
        // No id and no retry (defect 6), and an unescaped payload (defect 7).
        await this.#deliver(client, `event: ${message.event}\ndata: ${message.data}\n\n`);
        client.lastSeenMs = this.#nowMs;
      }
    }
  }

  async #beat(): Promise<void> {
    this.#heartbeatIsDue = false;
    for (const clients of this.#byUser.values()) {
      for (const client of clients) {
        await this.#deliver(client, 'event: heartbeat\ndata: {}\n\n');
        // A heartbeat does not update lastSeenMs (defect 3), so an idle client counts as dead.
        if (this.#nowMs - client.lastSeenMs > this.clientTimeoutMs) await this.#unregister.send(client);
      }
    }
  }

  async #deliver(client: LegacyClient, frame: string): Promise<void> {
    if (client.buffer.length < this.bufferSize) client.buffer.push(frame);
    // The only receiver of this channel is the loop that blocks here (defect 2).
    else await this.#unregister.send(client);
  }

  #remove(client: LegacyClient): void {
    if (client.user !== null) this.#byUser.get(client.user)?.delete(client);
    client.close();
  }
}
