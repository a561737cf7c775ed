import { SseMetrics } from '@nest-herald/sse';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Figures of this process for Prometheus: the process itself, and the event system, whose names are those of the legacy system where it has
 * one. Nothing is labelled with a tenant or a person: figures of one tenant are in `GET /api/v1/sse/stats`, behind that tenant's
 * token.
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
