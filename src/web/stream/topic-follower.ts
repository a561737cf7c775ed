import { SingleFlight } from '../api/single-flight.js';
import type { EventStream } from './event-stream.js';

/** Sets the topics of a connection at the service. */
export type SetTopics = (connectionId: string, topics: readonly string[]) => Promise<void>;

/**
 * Follows topics on the open stream while components need them, and again on each new connection. If the service refuses,
 * events that are addressed to the person still arrive.
 */
export class TopicFollower {
  readonly #followers = new Map<string, Set<() => void>>();
  /** Listeners to notify after the next successful update. */
  #unnotified = new Set<() => void>();
  readonly #updating = new SingleFlight(() => this.#update());

  constructor(
    private readonly stream: EventStream,
    private readonly setTopics: SetTopics,
  ) {}

  /** @returns the function that detaches it. */
  attach(): () => void {
    return this.stream.on('connected', () => {
      if (this.#followers.size === 0) return;
      this.#unnotified = new Set([...this.#followers.values()].flatMap((listeners) => [...listeners]));
      void this.#updating.run();
    });
  }

  /**
   * Follows a topic. `onFollowing` is called each time a connection starts to follow it. Earlier events were not sent, so
   * fetch the state then.
   * @returns the function that stops following.
   */
  follow(topic: string, onFollowing: () => void): () => void {
    const listeners = this.#followers.get(topic) ?? new Set();
    this.#followers.set(topic, listeners.add(onFollowing));
    this.#unnotified.add(onFollowing);
    void this.#updating.run();
    return () => {
      listeners.delete(onFollowing);
      this.#unnotified.delete(onFollowing);
      if (listeners.size > 0 || !this.#followers.delete(topic)) return;
      void this.#updating.run();
    };
  }

  async #update(): Promise<void> {
    const { phase } = this.stream.state;
    const connectionId = this.stream.facts.connected?.connectionId;
    // Not connected: the next `connected` event updates the topics.
    if (phase !== 'open' || connectionId === undefined) return;
    const listeners = [...this.#unnotified];
    try {
      await this.setTopics(connectionId, [...this.#followers.keys()]);
    } catch {
      // The connection has ended, or the service refuses. Following is best effort.
      return;
    }
    for (const listener of listeners) if (this.#unnotified.delete(listener)) listener();
  }
}
