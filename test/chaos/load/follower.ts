import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_TYPE, type FollowerRecord, TICK_TYPE } from '../checker/records.js';
import { JsonLines } from '../json-lines.js';
import { wallClockMs } from '../wall-clock.js';
import type { SeededRandom } from '../seeded-random.js';
import { signToken } from '../../support/token.js';
import type { FollowerSpec } from './population.js';
import { type StreamBlock, StreamBlocks } from './stream-blocks.js';

/** A stream that is silent for this long is closed; heartbeats come every 5 s. */
const SILENCE_MS = 9_000;

/** Options of a follower. */
export interface FollowerOptions {
  readonly spec: FollowerSpec;
  readonly logFile: string;
  /** Base URLs of the servers by name; each connection goes to a random one. */
  readonly servers: ReadonlyMap<string, string>;
  readonly random: SeededRandom;
  /** Cursor of the first connection, for cursors that cannot be honoured. */
  readonly firstCursor?: string;
  /** Number of connections that break after their first block, as in a bad network. */
  readonly losesFirst?: number;
}

/**
 * A minimal client: it follows a stream, keeps its position and reconnects. It logs everything that arrives and judges
 * nothing: the checker does.
 */
export class Follower {
  readonly #log: JsonLines<FollowerRecord>;
  readonly #running: Promise<void>;
  #request: ClientRequest | null = null;
  #position: string | null;
  #connections = 0;
  #isStopped = false;
  #isFinal = false;
  #isOpen = false;
  #lastKey = '';
  #resyncs = 0;

  constructor(private readonly options: FollowerOptions) {
    this.#log = new JsonLines(options.logFile, false);
    this.#position = options.firstCursor ?? null;
    this.#running = this.#follow();
  }

  get name(): string {
    return this.options.spec.name;
  }

  get tenant(): string {
    return this.options.spec.tenant;
  }

  /** Key of the newest event. */
  get lastKey(): string {
    return this.#lastKey;
  }

  /** Number of `resync` events. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** Whether the current connection has received `connected`. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Closes the connection; the follower reconnects at once. */
  reconnect(): void {
    this.#request?.destroy();
  }

  /** From now on it keeps its connection and reads at full speed: for the end of a run. */
  settle(): void {
    this.#isFinal = true;
  }

  /** Later calls do nothing. */
  async stop(): Promise<void> {
    if (this.#isStopped) return this.#running;
    this.#isStopped = true;
    this.#request?.destroy();
    await this.#running;
    this.#log.close();
  }

  async #follow(): Promise<void> {
    const { spec, random, servers } = this.options;
    const tokens = await Promise.all(
      spec.roleSets.map((roles) => signToken({ tenant: spec.tenant, user: spec.user, roles, topics: ['**'] })),
    );
    for (let attempt = 0; !this.#isStopped; attempt += 1) {
      const index = attempt % spec.roleSets.length;
      const [server, url] = random.pick([...servers]);
      const roles = spec.roleSets[index] ?? [];
      this.#log.write({ kind: 'open', server, cursor: this.#position, roles, topics: spec.topics });
      const why = await this.#connect(url, tokens[index] ?? '');
      this.#isOpen = false;
      this.#log.write({ kind: 'end', why });
      if (!this.#isStopped) await delay(random.whole(10, 150));
    }
  }

  /** Runs one connection. @returns why it ended. */
  #connect(url: string, token: string): Promise<string> {
    const { spec, random } = this.options;
    const target = new URL('/api/v1/sse/stream', url);
    if (spec.topics.length > 0) target.searchParams.set('topics', spec.topics.join(','));
    return new Promise((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      const connection = request(target, {
        agent: false,
        headers: {
          Accept: '*/*',
          Authorization: `Bearer ${token}`,
          ...(this.#position === null ? {} : { 'Last-Event-ID': this.#position }),
        },
      });
      this.#request = connection;
      const finish = (why: string): void => {
        for (const timer of timers) clearTimeout(timer);
        connection.destroy();
        resolve(why);
      };
      connection.setTimeout(SILENCE_MS, () => finish('silence'));
      connection.once('error', (error) => finish((error as NodeJS.ErrnoException).code ?? error.message));
      connection.once('response', (response) => {
        if (response.statusCode !== 200) return finish(`HTTP ${response.statusCode}`);
        this.#read(response, finish);
        if (spec.behaviour === 'restless') {
          timers.push(setTimeout(() => this.#isFinal || finish('restless'), random.whole(200, 3_000)));
        }
        if (spec.behaviour === 'slow') this.#pauseRepeatedly(response, timers);
      });
      connection.end();
    });
  }

  #read(response: IncomingMessage, finish: (why: string) => void): void {
    let isOver = false;
    const end = (why: string): void => {
      isOver = true;
      finish(why);
    };
    const losesThis = this.#connections++ < (this.options.losesFirst ?? 0);
    const blocks = new StreamBlocks((block) => {
      // Blocks of the same chunk after a cut never arrived.
      if (isOver) return;
      this.#take(block);
      if (losesThis) end('broke after the first block');
    });
    response.setEncoding('utf8');
    response.on('data', (text: string) => isOver || blocks.feed(text));
    response.once('error', (error) => end((error as NodeJS.ErrnoException).code ?? error.message));
    response.once('close', () => end('closed'));
  }

  #take({ id, event, data }: StreamBlock): void {
    // As in a browser, every block with an id moves the position.
    if (id !== null) this.#position = id;
    switch (event) {
      case 'connected': {
        this.#isOpen = true;
        const { resume } = JSON.parse(data) as { readonly resume: string };
        return this.#log.write({ kind: 'connected', resume, id, at: wallClockMs() });
      }
      case 'cursor':
        return this.#log.write({ kind: 'cursor', id });
      case 'resync': {
        this.#resyncs += 1;
        const { reason } = JSON.parse(data) as { readonly reason: string };
        return this.#log.write({ kind: 'resync', reason, id });
      }
      case EVENT_TYPE:
        this.#lastKey = data;
        return this.#log.write({ kind: 'event', type: event, id, key: data, at: wallClockMs() });
      case TICK_TYPE:
        return this.#log.write({ kind: 'event', type: event, id, key: data });
      default:
        // The checker ignores heartbeats, counts and `close`, unless they carry an id.
        if (id !== null) this.#log.write({ kind: 'event', type: event, id, key: data });
    }
  }

  #pauseRepeatedly(response: IncomingMessage, timers: NodeJS.Timeout[]): void {
    const { random } = this.options;
    const pause = (): void => {
      if (this.#isFinal) return;
      response.pause();
      timers[1] = setTimeout(
        () => {
          response.resume();
          timers[0] = setTimeout(pause, random.whole(200, 1_000));
        },
        random.whole(300, 2_000),
      );
    };
    timers[0] = setTimeout(pause, random.whole(200, 1_000));
  }
}
