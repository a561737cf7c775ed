import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNatsBackplane } from '@nest-herald/sse/nats';
import { createRedisBackplane } from '@nest-herald/sse/redis';
import type { Backplane } from '@nest-herald/sse/spi';
import { freePort } from './free-port.js';
import { SupervisedProcess } from './supervised-process.js';
import { findProgram } from './find-program.js';
import { until } from './until.js';

/** How the two kinds of server differ. */
const KINDS = {
  redis: {
    program: 'redis-server',
    args: (port: number, directory: string) => [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    scheme: 'redis',
    variable: 'REDIS_URL',
    /** A first command and the answer of a ready server; a server with a password answers too, with a refusal. */
    hello: 'PING\r\n',
    answer: /\+PONG|-NOAUTH/,
    backplane: createRedisBackplane,
  },
  nats: {
    program: 'nats-server',
    args: (port: number) => ['-a', '127.0.0.1', '-p', `${port}`],
    scheme: 'nats',
    variable: 'NATS_URL',
    hello: 'CONNECT {"verbose":false}\r\nPING\r\n',
    answer: /PONG|Authorization/,
    backplane: createNatsBackplane,
  },
} as const;

/** See {@link BrokerServer}. */
export type BrokerName = keyof typeof KINDS;

/** Both servers, for suites that apply to each. */
export const BROKERS: readonly { readonly name: BrokerName; readonly program: 'redis-server' | 'nats-server' }[] = [
  { name: 'redis', program: KINDS.redis.program },
  { name: 'nats', program: KINDS.nats.program },
];

/** A real Redis or NATS server, which keeps its port when it is killed and started again. */
export class BrokerServer {
  #process: SupervisedProcess | null = null;
  readonly #directory = mkdtempSync(join(tmpdir(), 'herald-broker-'));

  private constructor(
    readonly name: BrokerName,
    readonly port: number,
    private readonly more: readonly string[],
  ) {}

  /**
   * Resolves when the server answers.
   * @param more further arguments, such as a password.
   */
  static async start(name: BrokerName, more: readonly string[] = []): Promise<BrokerServer> {
    const server = new BrokerServer(name, await freePort(), more);
    await server.start();
    return server;
  }

  /** The URL of a server that does not run. */
  static async unused(name: BrokerName): Promise<{ readonly url: string }> {
    return { url: `${KINDS[name].scheme}://127.0.0.1:${await freePort()}` };
  }

  get url(): string {
    return `${KINDS[this.name].scheme}://127.0.0.1:${this.port}`;
  }

  /** Settings of a service that uses it. */
  get environment(): Readonly<Record<string, string>> {
    return { SSE_BACKPLANE: this.name, [KINDS[this.name].variable]: this.url };
  }

  /** A backplane over this server, not started. */
  backplane(
    options: { readonly prefix?: string; readonly onError?: (what: string, error: unknown) => void } = {},
  ): Required<Backplane> {
    return KINDS[this.name].backplane({ url: this.url, ...options });
  }

  /** Starts the server on its port. @throws Error with its output when it does not answer. */
  async start(): Promise<void> {
    const { program, args } = KINDS[this.name];
    const path = findProgram(program);
    if (path === null) throw new Error(`${program} is not installed`);
    const process = SupervisedProcess.start(path, [...args(this.port, this.#directory), ...this.more]);
    this.#process = process;
    try {
      await until(`${program} answers`, () => this.raw(KINDS[this.name].hello, KINDS[this.name].answer));
    } catch (error) {
      await this.stop();
      throw new Error(`${program} did not start:\n${process.output}`, { cause: error });
    }
  }

  /** kill -9 */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = null;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Publishes a text as any client of the server could. */
  async publish(channel: string, text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    const sent =
      this.name === 'redis'
        ? await this.raw(
            `*3\r\n$7\r\nPUBLISH\r\n$${Buffer.byteLength(channel)}\r\n${channel}\r\n$${bytes}\r\n${text}\r\n`,
            /:\d/,
          )
        : await this.raw(`CONNECT {"verbose":false}\r\nPUB ${channel} ${bytes}\r\n${text}\r\nPING\r\n`, /PONG/);
    if (!sent) throw new Error(`${this.name} did not accept the text`);
  }

  /** Sends a raw text and resolves with whether the server answered as expected. */
  raw(text: string, answer: RegExp): Promise<boolean> {
    return new Promise((resolve) => {
      let received = '';
      const socket = connect({ host: '127.0.0.1', port: this.port }, () => socket.write(text));
      const end = (answered: boolean): void => {
        socket.destroy();
        resolve(answered);
      };
      socket.on('data', (chunk) => {
        received += chunk.toString();
        if (answer.test(received)) end(true);
      });
      socket.on('error', () => end(false));
      socket.on('close', () => end(false));
    });
  }
}
