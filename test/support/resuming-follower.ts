import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type StreamReader } from './stream-reader.js';

/** What a follower is asked to do. */
export interface FollowerOptions {
  readonly token: string;
  readonly topics: readonly string[];
  /** Type of the events that count. */
  readonly type: string;
  /** Where the next stream is opened. */
  readonly url: () => string;
}

const RETRY_MS = 50;

/** A client that comes back whenever its stream ends, and resumes behind the last position that it had, as a browser would. */
export class ResumingFollower {
  /** Data of the events that count, in order of arrival, over all streams. */
  readonly seen: string[] = [];
  /** Streams opened, and streams that could not be opened or gave no `connected`. */
  opened = 0;
  refused = 0;
  resyncs = 0;
  #position: string | undefined;
  #stream: StreamReader | null = null;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: FollowerOptions) {}

  /** Resolves when the first stream is open. */
  async start(): Promise<void> {
    this.#running = this.#run();
    while (this.opened === 0) await delay(10);
  }

  /** Ends the open stream, and so makes it come back. */
  async move(): Promise<void> {
    await this.#stream?.close();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#stream?.close();
    await this.#running;
  }

  /** What the open stream and all before it have shown. */
  get all(): readonly string[] {
    return [...this.seen, ...(this.#stream === null ? [] : this.#countedOf(this.#stream))];
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const stream = await this.#open();
      if (stream === null) {
        this.refused += 1;
        await delay(RETRY_MS);
        continue;
      }
      this.#stream = stream;
      this.opened += 1;
      await stream.ended;
      this.#stream = null;
      this.seen.push(...this.#countedOf(stream));
      this.resyncs += stream.of('resync').length;
      this.#position = stream.position() ?? this.#position;
    }
  }

  async #open(): Promise<StreamReader | null> {
    const { token, topics, url } = this.options;
    try {
      const stream = await openStream(url(), {
        token,
        topics,
        ...(this.#position === undefined ? {} : { lastEventId: this.#position }),
      });
      if (stream.status === 200) {
        await stream.until(({ event }) => event === 'connected');
        return stream;
      }
      await stream.close();
    } catch {
      // Refused, cut, or ended before it began: it comes back.
    }
    return null;
  }

  #countedOf(stream: StreamReader): string[] {
    return stream.of(this.options.type).map(({ data }) => data);
  }
}
