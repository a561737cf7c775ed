import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { SseAliasController, mountedAt, SseController, STREAM_ALIASES } from './http/sse.controller.js';
import { SseOperationsController } from './http/sse-operations.controller.js';
import type { SseOptions } from './sse.options.js';

/** What is fixed when the module is defined, beside the options: Nest reads routes before any factory runs. */
export interface SseModuleExtras {
  /** Makes the exports visible everywhere without importing the module again. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Where stream and operations are mounted, below a global prefix if there is one. @defaultValue `api/v1/sse` */
  readonly path?: string;
  /** Mounts the stream at the paths that older clients use too (wire.md §2). @defaultValue false */
  readonly aliases?: boolean;
}

/** Makes `SseModule.forRoot` and `forRootAsync`. */
export const {
  ConfigurableModuleClass: ConfigurableSseModule,
  MODULE_OPTIONS_TOKEN: GIVEN_SSE_OPTIONS,
  OPTIONS_TYPE: SSE_MODULE_OPTIONS,
  ASYNC_OPTIONS_TYPE: SSE_MODULE_ASYNC_OPTIONS,
} = new ConfigurableModuleBuilder<SseOptions>({ moduleName: 'Sse' })
  .setClassMethodName('forRoot')
  .setExtras<SseModuleExtras>({ isGlobal: false, path: 'api/v1/sse', aliases: false }, withRoutes)
  .build();

function withRoutes(definition: DynamicModule, extras: SseModuleExtras): DynamicModule {
  const path = extras.path ?? 'api/v1/sse';
  return {
    ...definition,
    global: extras.isGlobal === true,
    controllers: [
      mountedAt(path, SseController),
      mountedAt(path, SseOperationsController),
      ...(extras.aliases === true ? [mountedAt(STREAM_ALIASES, SseAliasController)] : []),
    ],
  };
}
