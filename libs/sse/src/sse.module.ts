import type { Server } from 'node:http';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BACKPLANE } from './backplane/backplane.js';
import { CLOCK, ID_GENERATOR } from '@nest-herald/platform';
import { ServerRequests } from './control/server-requests.js';
import { Revocations } from './control/revocations.js';
import { CONTROL_MAILBOX } from './seams/control-mailbox.js';
import { Entitlements } from './control/entitlements.js';
import { EVENT_LOG } from './event-log/event-log.js';
import { Credentials } from './http/identity/credentials.js';
import { closeConnectionsAfterResponses } from './http/poll/close-after-response.js';
import { PROBLEM_HOOKS, ProblemFilter } from '@nest-herald/platform/http';
import { StreamProblemFilter } from './http/stream/stream-problem.filter.js';
import { SseAuthGuard } from './http/identity/sse-auth.guard.js';
import { StreamIntake } from './http/stream/stream-intake.js';
import { StreamTickets } from './http/identity/stream-ticket.js';
import { Hub } from './hub/hub.js';
import { SseCounters } from './observability/sse-counters.js';
import { singleProcessWarning } from './options/single-process-warning.js';
import { PRESENCE } from './presence/presence.js';
import { REVOCATION_STORE } from './seams/revocation-store.js';
import { SseBroker } from './broker/sse-broker.js';
import { SseMetrics } from './sse-metrics.js';
import { partProviders, seamProviders } from './sse.providers.js';
import {
  ConfigurableSseModule,
  GIVEN_SSE_OPTIONS,
  type SSE_MODULE_ASYNC_OPTIONS,
  type SSE_MODULE_OPTIONS,
} from './sse.module-definition.js';
import { type ResolvedSseOptions, resolveSseOptions, SSE_OPTIONS, type SseOptions } from './options/sse.options.js';
import { TOPIC_AUTHORIZER } from './seams/topic-authorizer.js';

/**
 * The module: `SseModule.forRoot({ jwt: { secret } })` adds `GET /api/v1/sse/stream`, the operations beside it, and an
 * injectable {@link SseBroker} to an application.
 *
 * It starts with the application. On shutdown it drains before the HTTP server closes, because `app.close()` would wait for open
 * streams for ever. A host only adds `app.enableShutdownHooks()`.
 */
@Module({
  providers: [
    {
      provide: SSE_OPTIONS,
      useFactory: (given: SseOptions) => resolveSseOptions(given),
      inject: [GIVEN_SSE_OPTIONS],
    },
    ...seamProviders,
    ...partProviders,
  ],
  exports: [
    SSE_OPTIONS,
    CLOCK,
    ID_GENERATOR,
    CONTROL_MAILBOX,
    REVOCATION_STORE,
    Revocations,
    EVENT_LOG,
    BACKPLANE,
    PRESENCE,
    TOPIC_AUTHORIZER,
    Credentials,
    Entitlements,
    Hub,
    SseAuthGuard,
    SseBroker,
    SseCounters,
    SseMetrics,
    StreamIntake,
    PROBLEM_HOOKS,
    ProblemFilter,
    StreamProblemFilter,
    StreamTickets,
  ],
})
export class SseModule
  extends ConfigurableSseModule
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly hub: Hub,
    private readonly requests: ServerRequests,
    @Inject(SSE_OPTIONS) private readonly options: ResolvedSseOptions,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    super();
  }

  /** @throws SseError `ERR_SSE_INVALID_OPTIONS` when the application is created. */
  static override forRoot(options: typeof SSE_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }

  /** The same with options from a factory or class; `path`, `aliases` and `isGlobal` are set beside the factory. */
  static override forRootAsync(options: typeof SSE_MODULE_ASYNC_OPTIONS): DynamicModule {
    return super.forRootAsync(options);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.hub.start();
    await this.requests.open();
    const warning = singleProcessWarning(this.options);
    if (warning !== null) new Logger(SseModule.name).warn(warning);
  }

  async beforeApplicationShutdown(): Promise<void> {
    // An application without HTTP has none.
    const server = this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
    if (server !== undefined) closeConnectionsAfterResponses(server);
    await this.hub.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.hub.stop();
  }
}
