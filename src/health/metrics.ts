import { SseMetrics } from '@nest-herald/sse';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Figures of this server for Prometheus: the process, and the event system under the names of the legacy API where it has
 * one. No label names a tenant or a person: the figures of a tenant are in `GET /api/v1/sse/stats`, which
 * requires a token of that tenant.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  private readonly registry = new Registry();

  constructor(private readonly sse: SseMetrics) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All figures in the text exposition format. */
  async text(): Promise<string> {
    return `${await this.sse.text()}${await this.registry.metrics()}`;
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
