import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsGuard } from './metrics.guard.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/**
 * Liveness, readiness and metrics. Needs `READINESS_CHECKS` from the module that chose the engines, and the exports of
 * `SseModule`; both are global.
 */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [Readiness, Metrics, MetricsGuard],
})
export class HealthModule {}
