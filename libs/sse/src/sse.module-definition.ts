import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { ConnectionsController } from './http/operations/connections.controller.js';
import { SseAliasController, mountedAt, SseController, STREAM_ALIASES } from './http/stream/sse.controller.js';
import { PollController } from './http/poll/poll.controller.js';
import { SseOperationsController } from './http/operations/sse-operations.controller.js';
import { WEB_SOCKET_PATHS, WebSocketGateway } from './http/websocket/web-socket.gateway.js';
import { OptionFaults } from '@nest-herald/platform';
import type { SseOptions } from './options/sse.options.js';

/** Options that are fixed when the module is defined: Nest reads routes before any factory runs. */
export interface SseModuleExtras {
  /** Makes the exports visible to all modules without another import. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Path of the stream and the operations, below a global prefix if there is one. @defaultValue `api/v1/sse` */
  readonly path?: string;
  /** Also mounts the stream at the paths of the legacy API. @defaultValue false */
  readonly aliases?: boolean;
  /** Serves the same streams over WebSocket at `<path>/ws`, not below a global prefix; needs the package `ws` and an HTTP/1.1 server. @defaultValue false */
  readonly websocket?: boolean;
}

/** The path of the WebSocket in the legacy API. */
const WEB_SOCKET_ALIAS = '/api/v1/notifications/ws';

/** Builds `SseModule.forRoot` and `forRootAsync`. */
export const {
  ConfigurableModuleClass: ConfigurableSseModule,
  MODULE_OPTIONS_TOKEN: GIVEN_SSE_OPTIONS,
  OPTIONS_TYPE: SSE_MODULE_OPTIONS,
  ASYNC_OPTIONS_TYPE: SSE_MODULE_ASYNC_OPTIONS,
} = new ConfigurableModuleBuilder<SseOptions>({ moduleName: 'Sse' })
  .setClassMethodName('forRoot')
  .setExtras<SseModuleExtras>({ isGlobal: false, path: 'api/v1/sse', aliases: false, websocket: false }, withRoutes)
  .build();

function withRoutes(definition: DynamicModule, extras: SseModuleExtras): DynamicModule {
  const path = extras.path ?? 'api/v1/sse';
  checkExtras(extras, path);
  return {
    ...definition,
    global: extras.isGlobal === true,
    providers: [...(definition.providers ?? []), ...webSocketProviders(extras, path)],
    controllers: [
      mountedAt(path, SseController),
      mountedAt(path, SseOperationsController),
      mountedAt(path, PollController),
      mountedAt(path, ConnectionsController),
      ...(extras.aliases === true ? [mountedAt(STREAM_ALIASES, SseAliasController)] : []),
    ],
  };
}

function webSocketProviders({ websocket, aliases }: SseModuleExtras, path: string): Provider[] {
  if (websocket !== true) return [];
  const paths = [`/${path.replace(/^\//, '')}/ws`, ...(aliases === true ? [WEB_SOCKET_ALIAS] : [])];
  return [{ provide: WEB_SOCKET_PATHS, useValue: paths }, WebSocketGateway];
}

/** @throws SseError `ERR_SSE_INVALID_OPTIONS`, one for all faults. */
function checkExtras({ aliases, isGlobal, websocket }: SseModuleExtras, path: unknown): void {
  const faults = new OptionFaults('SseModule');
  faults.boolean('aliases', aliases, false);
  faults.boolean('isGlobal', isGlobal, false);
  faults.boolean('websocket', websocket, false);
  // Nest would accept a pattern or a list. Several paths are what the aliases are for, and clients cannot use a pattern.
  if (typeof path !== 'string' || !/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/.test(path)) {
    faults.add(`path must be segments out of A-Z a-z 0-9 _ . - joined by "/"; got ${JSON.stringify(path)}`);
  }
  faults.throwIfAny();
}
