import type { Backplane, BackplaneMessage } from './backplane.js';

type Listener = (message: BackplaneMessage) => void;

/** Connects the {@link MemoryBackplane}s of several servers in one process, for tests and examples. */
export class MemoryBus {
  readonly #listeners = new Set<Listener>();
  #waiting: BackplaneMessage[] = [];
  #delivering = false;

  add(listener: Listener): void {
    this.#listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /**
   * Delivers at once, in the publisher's tick. A message that a listener publishes waits until every server has received the
   * current one, so that all servers see the same order.
   */
  send(message: BackplaneMessage): void {
    if (this.#delivering) {
      this.#waiting.push(message);
      return;
    }
    this.#delivering = true;
    try {
      this.#deliver(message);
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        for (const next of batch) this.#deliver(next);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #deliver(message: BackplaneMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}

/** A backplane for one process, without loss or delay. The default of the library. */
export class MemoryBackplane implements Backplane {
  #listener: Listener | null = null;

  /** @param bus shared by the servers of one process that should be connected. @defaultValue a bus of its own */
  constructor(private readonly bus: MemoryBus = new MemoryBus()) {}

  start(listener: Listener): Promise<void> {
    if (this.#listener !== null) this.bus.remove(this.#listener);
    this.#listener = listener;
    this.bus.add(listener);
    return Promise.resolve();
  }

  publish(message: BackplaneMessage): void {
    this.bus.send(message);
  }

  isConnected(): boolean {
    return this.#listener !== null;
  }

  stop(): Promise<void> {
    if (this.#listener !== null) this.bus.remove(this.#listener);
    this.#listener = null;
    return Promise.resolve();
  }
}
