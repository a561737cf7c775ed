import { DirectoryModule, DirectoryWriter } from '@nest-herald/directory';
import { NotificationsModule } from '@nest-herald/notifications';
import { ApprovalHooks, ApprovalsModule, InstancesService, ApprovalTopics, TasksService } from '@nest-herald/approvals';
import { anyTopicRule, TokenTopicAuthorizer } from '@nest-herald/sse';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { call, type Answer } from './http.js';
import { SseApp, TEST_SECRET } from './sse-app.js';
import { openStream, type StreamReader } from './stream-reader.js';
import type { TestDatabase } from './test-database.js';
import { signToken, type TokenClaims } from './token.js';

/** A person with a token, and requests below `/api/v1` with it. */
export interface Colleague {
  readonly id: string;
  readonly token: string;
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Opens a stream and waits for `connected`. The application closes it. */
  readonly stream: (topics?: readonly string[]) => Promise<StreamReader>;
  /** The person's only open task. @throws Error when there is none, or more than one */
  readonly task: (instanceId?: string) => Promise<{ readonly id: string; readonly revision: number }>;
}

/** A person of the test tenants: manager, roles, departments. */
type Position = readonly [managerId: string | null, roles?: readonly string[], departmentIds?: readonly string[]];

const PEOPLE: Readonly<Record<string, Position>> = {
  root: [null, ['admin']],
  leo: ['root', [], ['head']],
  mia: ['leo', [], ['sales']],
  ada: ['mia', [], ['sales']],
  ben: ['mia', [], ['sales']],
  fin1: ['leo', ['finance']],
  fin2: ['leo', ['finance']],
  fin3: ['leo', ['finance']],
  hanna: ['root', ['hr']],
  eve: ['leo'],
};

/** A Nest application with approvals on PostgreSQL and a directory of two tenants (`acme`, `beta`). */
export class ApprovalApp {
  readonly #streams: StreamReader[] = [];

  private constructor(
    private readonly sse: SseApp,
    private readonly postgres: PostgresSse,
  ) {}

  static async start(database: TestDatabase): Promise<ApprovalApp> {
    const postgres = createPostgresSse({
      connectionString: database.url,
      nodeId: `test${Math.random().toString(36).slice(2, 8)}`,
    });
    const { eventLog, backplane, presence, ticketStore } = postgres;
    let dataSource: DataSource | undefined;
    const topics = {
      mayFollow: (...asked: Parameters<ApprovalTopics['mayFollow']>) =>
        dataSource === undefined ? false : new ApprovalTopics(dataSource).mayFollow(...asked),
    };
    const sse = await SseApp.start({
      extras: { isGlobal: true },
      options: {
        eventLog,
        backplane,
        presence,
        ticketStore,
        jwt: { secret: TEST_SECRET },
        topicAuthorizer: anyTopicRule(new TokenTopicAuthorizer(), topics),
      },
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: database.appUrl, poolSize: 20 }),
        DirectoryModule.forRoot({ isGlobal: true }),
        NotificationsModule.forRoot({ isGlobal: true, countsIntervalMs: 50 }),
        ApprovalsModule.forRoot({ isGlobal: true }),
      ],
    });
    const app = new ApprovalApp(sse, postgres);
    dataSource = app.dataSource;
    for (const tenant of ['acme', 'beta']) await app.#fillDirectory(tenant);
    return app;
  }

  get url(): string {
    return this.sse.url;
  }

  get dataSource(): DataSource {
    return this.sse.app.get(DataSource);
  }

  get hooks(): ApprovalHooks {
    return this.sse.app.get(ApprovalHooks);
  }

  get instances(): InstancesService {
    return this.sse.app.get(InstancesService);
  }

  get tasks(): TasksService {
    return this.sse.app.get(TasksService);
  }

  /** Runs work in a transaction of a tenant, as the application does. */
  inTenant<T>(tenant: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return new TenantTransaction(this.dataSource).run(asTenantId(tenant), work);
  }

  async as(user: string, claims: Partial<TokenClaims> = {}): Promise<Colleague> {
    const roles = PEOPLE[user]?.[1] ?? [];
    const token = await signToken({ tenant: 'acme', user, roles, ...claims }, TEST_SECRET);
    const send: Colleague['send'] = (method, path, body, headers = {}) =>
      call(`${this.url}/api/v1${path}`, { method, token, headers, ...(body === undefined ? {} : { body }) });
    return {
      id: user,
      token,
      get: (path) => send('GET', path),
      post: (path, body = {}, headers) => send('POST', path, body, headers),
      send,
      stream: async (topics) => {
        const stream = await openStream(this.url, { token, ...(topics === undefined ? {} : { topics }) });
        this.#streams.push(stream);
        await stream.until((event) => event.event === 'connected');
        return stream;
      },
      task: async (instanceId) => {
        const { body } = await send('GET', '/approval-tasks/my-tasks?limit=100');
        const items = body.items as { id: string; revision: number; instanceId: string }[];
        const found = items.filter((task) => instanceId === undefined || task.instanceId === instanceId);
        const [task] = found;
        if (task === undefined || found.length > 1) throw new Error(`${user} has ${found.length} open tasks`);
        return task;
      },
    };
  }

  /** Defines and publishes a process. @returns its id */
  async define(definition: object, tenant = 'acme'): Promise<string> {
    const answer = await (await this.as('root', { tenant })).post('/processes', definition);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id as string;
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) await stream.close();
    await this.sse.stop();
    await this.postgres.stop();
  }

  #fillDirectory(tenant: string): Promise<void> {
    const writer = this.sse.app.get(DirectoryWriter);
    return this.inTenant(tenant, async (manager) => {
      for (const [id, leaderId] of [
        ['head', 'root'],
        ['sales', 'leo'],
      ] as const) {
        await writer.putDepartment(manager, tenant, { id, name: id, parentId: null, leaderId });
      }
      for (const [id, [managerId, roles = [], departmentIds = []]] of Object.entries(PEOPLE)) {
        await writer.putPerson(manager, tenant, {
          id,
          name: `${id} of ${tenant}`,
          email: null,
          active: true,
          managerId,
          roles: [...roles],
          departmentIds: [...departmentIds],
          positionIds: [],
          groupIds: [],
        });
      }
    });
  }
}

/** A process with one approve step. */
export function oneStep(code: string, step: object = {}, rest: object = {}): object {
  return {
    code,
    name: code,
    formSchema: { type: 'object', properties: { amount: { type: 'number' }, note: { type: 'string' } } },
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'check', type: 'approve', name: 'Check', assignees: [{ type: 'user', users: ['fin1', 'fin2'] }], ...step },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'check' },
      { from: 'check', to: 'end' },
    ],
    ...rest,
  };
}
