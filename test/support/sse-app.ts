import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import type { DynamicModule, INestApplication, LoggerService, NestApplicationOptions, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SseBroker, SseModule, type SseModuleExtras, type SseOptions } from '@nest-herald/sse';
import { secretIn } from './log-secrets.js';
import { type RawRequest, RawStream } from './raw-stream.js';

/** The shared secret of every test application. */
export const TEST_SECRET = 'the test secret has at least 32 bytes';

/** Claims of a test token. The default is the user `ann` of tenant `acme`, without rights. */
export interface TestClaims {
  readonly sub?: string | undefined;
  readonly tenant_id?: string | undefined;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly topics?: readonly string[];
  /** Seconds since 1970. */
  readonly exp?: number | undefined;
  readonly [claim: string]: unknown;
}

/** Signs an access token. */
export function testToken(claims: TestClaims = {}, secret: string = TEST_SECRET): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const payload = { sub: 'ann', tenant_id: 'acme', iat: now, exp: now + 3_600, ...claims };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Parts of a test application besides the module. */
export interface SseAppParts {
  readonly options?: Partial<SseOptions>;
  readonly extras?: SseModuleExtras;
  readonly imports?: readonly (DynamicModule | Type)[];
  readonly controllers?: readonly Type[];
  /** Called before the application listens: prefix, interceptors, middleware. */
  readonly configure?: (app: INestApplication) => void;
  /** @defaultValue a logger that prints nothing; `stop` fails when a secret was logged */
  readonly logger?: LoggerService;
  /** Options of the application itself. */
  readonly platform?: NestApplicationOptions;
}

/** A real Nest application on a free port of the loopback interface, with everything in memory by default. */
export class SseApp {
  readonly #streams = new Set<RawStream>();

  private constructor(
    readonly app: INestApplication,
    readonly url: string,
    private readonly log: QuietLog,
  ) {}

  static async start(parts: SseAppParts = {}): Promise<SseApp> {
    const module = await Test.createTestingModule({
      imports: [
        SseModule.forRoot({ jwt: { secret: TEST_SECRET }, drainMs: 100, ...parts.options, ...parts.extras }),
        ...(parts.imports ?? []),
      ],
      controllers: [...(parts.controllers ?? [])],
    }).compile();
    const log = new QuietLog();
    const app = module.createNestApplication({ logger: parts.logger ?? log, ...parts.platform });
    parts.configure?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new SseApp(app, `http://127.0.0.1:${port}`, log);
  }

  get broker(): SseBroker {
    return this.app.get(SseBroker);
  }

  /** Sends a request and reads its response as it arrives; the connection is closed with the application at the latest. */
  async raw(path: string, request: RawRequest = {}): Promise<RawStream> {
    const stream = await RawStream.open(`${this.url}${path}`, request);
    this.#streams.add(stream);
    return stream;
  }

  /** Opens a stream with a token for these claims and waits for its `connected` block. */
  async open(claims: TestClaims = {}, query = '', headers: Record<string, string> = {}): Promise<RawStream> {
    const stream = await this.raw(`/api/v1/sse/stream${query}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${testToken(claims)}`, ...headers },
    });
    await stream.event('connected');
    return stream;
  }

  /** Sends JSON with a token for these claims. */
  async call(method: string, path: string, claims: TestClaims | null = {}, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(claims === null ? {} : { authorization: `Bearer ${testToken(claims)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
    };
  }

  /**
   * Shuts the application down as a signal would, then drops the connections of clients.
   * @throws Error when the application logged a secret.
   */
  async stop(): Promise<void> {
    await this.app.close();
    for (const stream of this.#streams) stream.destroy();
    const secret = this.log.secret;
    if (secret !== null) throw new Error(`The application wrote ${secret} to its log.`);
  }
}

/** Prints nothing and detects logged secrets. */
class QuietLog implements LoggerService {
  secret: string | null = null;

  log = (...line: unknown[]): void => this.#check(line);
  error = this.log;
  warn = this.log;
  debug = this.log;
  verbose = this.log;
  fatal = this.log;

  #check(line: readonly unknown[]): void {
    this.secret ??= secretIn(line.map((part) => (part instanceof Error ? (part.stack ?? '') : String(part))).join(' '));
  }
}

/** A JSON response. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> | null;
}
