import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../support/http.js';

/** What is published, and where. */
export interface PublisherOptions {
  readonly token: string;
  readonly topic: string;
  readonly type: string;
  /** Where the next request goes. */
  readonly url: () => string;
  /** Rest between two events, in milliseconds. @defaultValue 10 */
  readonly paceMs?: number;
}

const RETRY_MS = 50;

/** Publishes durable events, one after the other, and repeats each with the same key until it is accepted. Begins at once. */
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
    // Told by stop; until then nobody waits for it.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the event under way is accepted. @throws Error when one was refused for good. */
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
        const answer = await call(`${url()}/api/v1/sse/send`, { token, body }).catch(() => null);
        if (answer?.status === 202) break;
        if (answer !== null && answer.status < 500 && answer.status !== 429) {
          throw new Error(`The event was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
        }
        this.retries += 1;
        await delay(RETRY_MS);
      }
      this.accepted.push(data);
      await delay(paceMs);
    }
  }
}
