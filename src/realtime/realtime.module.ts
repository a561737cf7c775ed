import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SseModule } from '@nest-herald/sse';
import type { Settings } from '../config/settings.js';
import { READINESS_CHECKS, type ReadinessChecks } from '../health/readiness.js';
import { sseOptionsOf } from './sse-options.js';

@Global()
@Module({})
export class RealtimeModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [
        SseModule.forRootAsync({
          isGlobal: true,
          aliases: true,
          useFactory: () => sseOptionsOf(settings),
        }),
      ],
      providers: [
        {
          provide: READINESS_CHECKS,
          useFactory: (): ReadinessChecks => {
            const ok = () => Promise.resolve({ ok: true });
            return { database: ok, migrations: ok, sequencer: ok, backplane: ok };
          },
        },
      ],
      exports: [READINESS_CHECKS],
    };
  }
}
