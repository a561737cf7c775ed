import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsGuard } from './metrics.guard.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/**
 * Liveness, readiness and metrics. It needs `READINESS_CHECKS` from the module that chooses the engines, and the exports
 * of `SseModule`; both modules are global.
 */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [Readiness, Metrics, MetricsGuard],
})
export class HealthModule {}
