import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type StreamReader } from './stream-reader.js';

/** Options of a {@link ResumingFollower}. */
export interface FollowerOptions {
  readonly token: string;
  readonly topics: readonly string[];
  /** Type of the events to record. */
  readonly type: string;
  /** Returns the server of the next stream. */
  readonly url: () => string;
}

const RETRY_MS = 50;

/** A client that reconnects whenever its stream ends and resumes after its last position, as a browser does. */
export class ResumingFollower {
  /** Data of the recorded events over all ended streams, in order of arrival. */
  readonly seen: string[] = [];
  opened = 0;
  /** Streams that could not be opened or sent no `connected`. */
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

  /** Ends the open stream, so that the follower reconnects. */
  async move(): Promise<void> {
    await this.#stream?.close();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#stream?.close();
    await this.#running;
  }

  /** Data of the recorded events, including those of the open stream. */
  get all(): readonly string[] {
    return [...this.seen, ...(this.#stream === null ? [] : this.#recorded(this.#stream))];
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
      this.seen.push(...this.#recorded(stream));
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
      // Refused, cut, or ended before `connected`: the follower retries.
    }
    return null;
  }

  #recorded(stream: StreamReader): string[] {
    return stream.of(this.options.type).map(({ data }) => data);
  }
}
