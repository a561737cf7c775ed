import { SingleFlight } from '../api/single-flight.js';
import type { EventStream } from './event-stream.js';

/** Says to the service which topics a connection follows. */
export type SetTopics = (connectionId: string, topics: readonly string[]) => Promise<void>;

/**
 * Follows topics on the open stream for as long as somebody looks at them, and again on each new connection. A courtesy:
 * where the service refuses, events that are addressed to the person still come.
 */
export class TopicFollower {
  readonly #followers = new Map<string, Set<() => void>>();
  /** Whom to tell with the next answer. */
  #untold = new Set<() => void>();
  readonly #saying = new SingleFlight(() => this.#say());

  constructor(
    private readonly stream: EventStream,
    private readonly setTopics: SetTopics,
  ) {}

  /** @returns the function that ends it. */
  attach(): () => void {
    return this.stream.on('connected', () => {
      if (this.#followers.size === 0) return;
      this.#untold = new Set([...this.#followers.values()].flatMap((listeners) => [...listeners]));
      void this.#saying.run();
    });
  }

  /**
   * Follows a topic. `onFollowing` is called each time that the line has it anew: what happened before was not sent, so
   * the state has to be fetched then. @returns the function that lets it go.
   */
  follow(topic: string, onFollowing: () => void): () => void {
    const listeners = this.#followers.get(topic) ?? new Set();
    this.#followers.set(topic, listeners.add(onFollowing));
    this.#untold.add(onFollowing);
    void this.#saying.run();
    return () => {
      listeners.delete(onFollowing);
      this.#untold.delete(onFollowing);
      if (listeners.size > 0 || !this.#followers.delete(topic)) return;
      void this.#saying.run();
    };
  }

  async #say(): Promise<void> {
    const { phase } = this.stream.state;
    const connectionId = this.stream.facts.connected?.connectionId;
    // Not connected: said with the next `connected`.
    if (phase !== 'open' || connectionId === undefined) return;
    const told = [...this.#untold];
    try {
      await this.setTopics(connectionId, [...this.#followers.keys()]);
    } catch {
      // The connection ended meanwhile, or the service does not do this: nothing is lost that was promised.
      return;
    }
    for (const listener of told) if (this.#untold.delete(listener)) listener();
  }
}
