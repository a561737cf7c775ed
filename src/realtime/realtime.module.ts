import { hostname } from 'node:os';
import { ApprovalTopics } from '@nest-herald/approvals';
import { anyTopicRule, SseModule, TokenTopicAuthorizer } from '@nest-herald/sse';
import { type Backplane, MemoryBackplane } from '@nest-herald/sse/spi';
import { DIRECTORY, type Directory, DirectoryAudience } from '@nest-herald/directory';
import { IdempotentRequests } from '@nest-herald/platform/postgres';
import { createNatsBackplane } from '@nest-herald/sse/nats';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { createRedisBackplane } from '@nest-herald/sse/redis';
import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATABASE } from '../database/database.module.js';
import type { RunningDatabase } from '../database/running-database.js';
import { READINESS_CHECKS } from '../health/readiness.js';
import { currentTraceparent } from '../http/trace-context.js';
import { readinessChecks } from './readiness-checks.js';
import { retentionDaysOf, sseOptionsOf } from './sse-options.js';

/** The engines chosen by the settings. */
interface Engines {
  readonly postgres: PostgresSse;
  readonly backplane: Backplane;
}

type OnError = (what: string, error: unknown) => void;

const ENGINES = Symbol('ENGINES');

@Global()
@Module({
  providers: [
    {
      provide: ENGINES,
      inject: [DATABASE, SETTINGS],
      useFactory: chooseEngines,
    },
    {
      provide: READINESS_CHECKS,
      inject: [DataSource, ENGINES],
      useFactory: (dataSource: DataSource, engines: Engines) => readinessChecks({ dataSource, ...engines }),
    },
  ],
  exports: [ENGINES, READINESS_CHECKS],
})
class EnginesModule implements OnApplicationShutdown {
  constructor(@Inject(ENGINES) private readonly engines: Engines) {}

  /** Nest calls this after the hub, which is created later, has stopped using the engines. */
  async onApplicationShutdown(): Promise<void> {
    await this.engines.postgres.stop();
  }
}

/**
 * The modules of the event system. Only this file chooses the engines for the seams of `SseModule`. Event log, presence and
 * tickets are always in PostgreSQL, the only truth; `SSE_BACKPLANE` chooses what carries the hints between servers.
 *
 * It is a list and not one module because Nest registers routes module by module: the alias of the stream below
 * `/api/v1/notifications` must come before the route `:id` of that feature.
 */
export function realtimeModules(settings: Settings): readonly DynamicModule[] {
  return [
    { module: EnginesModule },
    SseModule.forRootAsync({
      isGlobal: true,
      aliases: true,
      websocket: true,
      inject: [ENGINES, DIRECTORY, DataSource, IdempotentRequests],
      useFactory: (
        { postgres, backplane }: Engines,
        directory: Directory,
        dataSource: DataSource,
        idempotency: IdempotentRequests,
      ) => ({
        ...sseOptionsOf(settings),
        currentTraceparent,
        idempotency,
        topicAuthorizer: anyTopicRule(new TokenTopicAuthorizer(), new ApprovalTopics(dataSource)),
        audienceResolver: new DirectoryAudience(directory),
        eventLog: postgres.eventLog,
        presence: postgres.presence,
        ticketStore: postgres.ticketStore,
        backplane,
      }),
    }),
  ];
}

function chooseEngines(database: RunningDatabase, settings: Settings): Engines {
  const logger = new Logger('Realtime');
  const onError: OnError = (what, error) =>
    logger.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  const postgres = createPostgresSse({
    connectionString: database.appUrl,
    listenUrl: database.listenUrl,
    nodeId: serverName(),
    shards: settings.sse.shards,
    retentionDays: retentionDaysOf(settings),
    onError,
  });
  return { postgres, backplane: backplaneOf(settings, postgres, onError) };
}

function backplaneOf({ sse: { backplane } }: Settings, postgres: PostgresSse, onError: OnError): Backplane {
  switch (backplane.kind) {
    case 'postgres':
      return postgres.backplane;
    case 'memory':
      return new MemoryBackplane();
    case 'redis':
      return createRedisBackplane({ url: backplane.url, prefix: backplane.prefix, onError });
    case 'nats':
      return createNatsBackplane({ url: backplane.url, prefix: backplane.prefix, onError });
  }
}

/** Machine and process id, as shown in `pg_stat_activity`. */
function serverName(): string {
  return `${hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 50)}-${process.pid}`;
}
