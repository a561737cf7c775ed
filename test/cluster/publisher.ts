import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../support/http.js';

/** What a publisher publishes, and where. */
export interface PublisherOptions {
  readonly token: string;
  readonly topic: string;
  readonly type: string;
  /** Returns the URL of the next request. */
  readonly url: () => string;
  /** Pause between two events, in ms. @defaultValue 10 */
  readonly paceMs?: number;
}

const RETRY_MS = 50;

/** Publishes durable events one after the other, and repeats each with the same key until it is accepted. It starts at once. */
export class Publisher {
  /** Data of the events that were accepted: `<name> <number>`. */
  readonly accepted: string[] = [];
  retries = 0;
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly name: string,
    private readonly options: PublisherOptions,
  ) {
    this.#running = this.#run();
    // `stop` reports the error. Until then it must not count as unhandled.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the current event is accepted. @throws Error if an event was refused permanently. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { token, topic, type, url, paceMs = 10 } = this.options;
    for (let number = 1; !this.#isOver; number++) {
      const data = `${this.name} ${number}`;
      const body = { target: { topic }, event: type, data, dedupeKey: data };
      for (;;) {
        const response = await call(`${url()}/api/v1/sse/send`, { token, body }).catch(() => null);
        if (response?.status === 202) break;
        if (response !== null && response.status < 500 && response.status !== 429) {
          throw new Error(`The event was refused: ${response.status} ${JSON.stringify(response.body)}`);
        }
        this.retries += 1;
        await delay(RETRY_MS);
      }
      this.accepted.push(data);
      await delay(paceMs);
    }
  }
}
