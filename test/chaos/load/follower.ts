import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_TYPE, type FollowerLine, TICK_TYPE } from '../checker/records.js';
import { JsonLines } from '../json-lines.js';
import { wallClockMs } from '../wall-clock.js';
import type { SeededRandom } from '../seeded-random.js';
import { signToken } from '../../support/token.js';
import type { FollowerSpec } from './population.js';
import { type StreamBlock, StreamBlocks } from './stream-blocks.js';

/** A stream that says nothing for so long is given up; heartbeats come every 5 s. */
const SILENCE_MS = 9_000;

/** How a follower behaves beyond its spec. */
export interface FollowerOptions {
  readonly spec: FollowerSpec;
  readonly logFile: string;
  /** Base URLs of the nodes by name; each connection goes to a random one. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly random: SeededRandom;
  /** Cursor of the first connection; for cursors that cannot be honoured. */
  readonly firstCursor?: string;
  /** Loses the line behind the first block of so many connections, as a bad network would. */
  readonly losesFirst?: number;
}

/**
 * A client of ours in its plainest form: a socket, a position, and the will to come back. Logs everything that came, and takes
 * no event for granted: the checker decides.
 */
export class Follower {
  readonly #log: JsonLines<FollowerLine>;
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

  /** Key of the newest event that came. */
  get lastKey(): string {
    return this.#lastKey;
  }

  /** How often it was told to fetch its state anew. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** Whether it has had a `connected` on the connection that is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Cuts its connection; it comes back at once. */
  reconnect(): void {
    this.#request?.destroy();
  }

  /** From now on it stays where it is, and reads at full speed: for the end of a run. */
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
    const { spec, random, nodes } = this.options;
    const tokens = await Promise.all(
      spec.roleSets.map((roles) => signToken({ tenant: spec.tenant, user: spec.user, roles, topics: ['**'] })),
    );
    for (let attempt = 0; !this.#isStopped; attempt += 1) {
      const turn = attempt % spec.roleSets.length;
      const [node, url] = random.pick([...nodes]);
      const roles = spec.roleSets[turn] ?? [];
      this.#log.write({ kind: 'open', node, cursor: this.#position, roles, topics: spec.topics });
      const why = await this.#connect(url, tokens[turn] ?? '');
      this.#isOpen = false;
      this.#log.write({ kind: 'end', why });
      if (!this.#isStopped) await delay(random.whole(10, 150));
    }
  }

  /** One connection from beginning to end. @returns why it ended. */
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
      const over = (why: string): void => {
        for (const timer of timers) clearTimeout(timer);
        connection.destroy();
        resolve(why);
      };
      connection.setTimeout(SILENCE_MS, () => over('silence'));
      connection.once('error', (error) => over((error as NodeJS.ErrnoException).code ?? error.message));
      connection.once('response', (response) => {
        if (response.statusCode !== 200) return over(`HTTP ${response.statusCode}`);
        this.#read(response, over);
        if (spec.temper === 'restless') {
          timers.push(setTimeout(() => this.#isFinal || over('restless'), random.whole(200, 3_000)));
        }
        if (spec.temper === 'slow') this.#pauseNowAndThen(response, timers);
      });
      connection.end();
    });
  }

  #read(response: IncomingMessage, over: (why: string) => void): void {
    let isOver = false;
    const end = (why: string): void => {
      isOver = true;
      over(why);
    };
    const losesThis = this.#connections++ < (this.options.losesFirst ?? 0);
    const blocks = new StreamBlocks((block) => {
      // What comes in the same piece behind a cut never arrived.
      if (isOver) return;
      this.#take(block);
      if (losesThis) end('lost its line behind the first block');
    });
    response.setEncoding('utf8');
    response.on('data', (text: string) => isOver || blocks.feed(text));
    response.once('error', (error) => end((error as NodeJS.ErrnoException).code ?? error.message));
    response.once('close', () => end('closed'));
  }

  #take({ id, event, data }: StreamBlock): void {
    // As a browser does it: whatever carries an id moves the position.
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
        // Heartbeats, counts and goodbyes are not what this is about, unless they carry an id.
        if (id !== null) this.#log.write({ kind: 'event', type: event, id, key: data });
    }
  }

  #pauseNowAndThen(response: IncomingMessage, timers: NodeJS.Timeout[]): void {
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
