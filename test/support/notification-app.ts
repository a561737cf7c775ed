import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { NotificationsModule, NotificationService, type NotificationOptions } from '@nest-herald/notifications';
import { DataSource, type EntityManager } from 'typeorm';
import { call, type Answer } from './http.js';
import { SseApp, TEST_SECRET } from './sse-app.js';
import { openStream, type StreamReader } from './stream-reader.js';
import type { TestDatabase } from './test-database.js';
import { signToken, type TokenClaims } from './token.js';

/** A person with a token, and their requests. */
export interface Person {
  readonly token: string;
  readonly get: (path?: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly put: (path: string, body?: unknown) => Promise<Answer>;
  readonly delete: (path: string) => Promise<Answer>;
  /** Opens a stream and waits for `connected`. Closed with the application. */
  readonly stream: (lastEventId?: string) => Promise<StreamReader>;
}

const BASE = '/api/v1/notifications';

/** A real Nest application with the notification centre over real PostgreSQL, on a free port. */
export class NotificationApp {
  readonly #streams: StreamReader[] = [];

  private constructor(
    private readonly sse: SseApp,
    private readonly postgres: PostgresSse,
  ) {}

  static async start(database: TestDatabase, options: NotificationOptions = {}): Promise<NotificationApp> {
    const postgres = createPostgresSse({
      connectionString: database.url,
      nodeId: `test${Math.random().toString(36).slice(2, 8)}`,
    });
    const { eventLog, backplane, presence, ticketStore } = postgres;
    const sse = await SseApp.start({
      extras: { isGlobal: true, aliases: true },
      // As in the service: ten thousand names exceed Nest's default of 100 KiB.
      configure: (app) => (app as NestExpressApplication).useBodyParser('json', { limit: '1mb' }),
      options: { eventLog, backplane, presence, ticketStore, jwt: { secret: TEST_SECRET } },
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: database.appUrl, poolSize: 12 }),
        NotificationsModule.forRoot({ countsIntervalMs: 50, ...options }),
      ],
    });
    return new NotificationApp(sse, postgres);
  }

  get url(): string {
    return this.sse.url;
  }

  get notifications(): NotificationService {
    return this.sse.app.get(NotificationService);
  }

  get dataSource(): DataSource {
    return this.sse.app.get(DataSource);
  }

  /** The routes of Express, in their order of matching. */
  get router(): unknown {
    return (this.sse.app.getHttpAdapter().getInstance() as { router: unknown }).router;
  }

  /** Runs work in a transaction of a tenant, as the application does. */
  inTenant<T>(tenant: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return new TenantTransaction(this.dataSource).run(asTenantId(tenant), work);
  }

  async person(user: string, claims: Partial<TokenClaims> = {}): Promise<Person> {
    const token = await signToken({ tenant: 'acme', user, ...claims }, TEST_SECRET);
    const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
      call(`${this.url}${BASE}${path}`, { method, token, headers, ...(body === undefined ? {} : { body }) });
    return {
      token,
      get: (path = '') => ask('GET', path),
      post: (path, body, headers) => ask('POST', path, body, headers),
      put: (path, body) => ask('PUT', path, body),
      delete: (path) => ask('DELETE', path),
      stream: async (lastEventId) => {
        const stream = await openStream(this.url, { token, ...(lastEventId === undefined ? {} : { lastEventId }) });
        this.#streams.push(stream);
        await stream.until((event) => event.event === 'connected');
        return stream;
      },
    };
  }

  /** A person who may send to all people of the tenant, and revoke. */
  sender(tenant = 'acme'): Promise<Person> {
    return this.person('sender', { tenant, permissions: ['notification:*'] });
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) await stream.close();
    await this.sse.stop();
    await this.postgres.stop();
  }
}

/** Repeats a check until it passes. @throws the last failure after five seconds. */
export async function eventually(look: () => Promise<void> | void): Promise<void> {
  const until = performance.now() + 5_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
