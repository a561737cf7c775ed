import { SseBroker } from '@nest-herald/sse';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** Reads one figure at the moment of a scrape. */
type Reading = () => number;

/**
 * Figures of this process for Prometheus. Names are those of origin.md §2 where it has one. Nothing is labelled with a
 * tenant or a person: figures of one tenant are in `GET /api/v1/sse/stats`, behind that tenant's token.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  private readonly registry = new Registry();

  constructor(@Inject(SseBroker) broker: SseBroker) {
    collectDefaultMetrics({ register: this.registry });
    const stats = () => broker.stats(null);
    this.gauge('sse_active_connections_total', 'Open streams of this process', () => stats().connections);
    this.gauge('sse_active_users', 'People with an open stream on this process', () => stats().users);
    this.gauge('sse_followed_topics', 'Distinct topics and patterns followed', () => stats().topics);
    this.gauge('sse_queued_bytes', 'Bytes that wait for clients that do not read', () => stats().queuedBytes);
    this.counter('sse_messages_sent_total', 'Events handed to connections', () => stats().eventsSentTotal);
    this.counter(
      'sse_messages_dropped_total',
      'Events conflated or dropped in queues',
      () => stats().eventsDroppedTotal,
    );
    this.counter('sse_bytes_sent_total', 'Bytes of frames written', () => stats().bytesSentTotal);
    this.counter('sse_client_connect_total', 'Streams opened', () => stats().connectsTotal);
    this.counter('sse_client_disconnect_total', 'Streams ended', () => stats().disconnectsTotal);
    this.counter('sse_slow_consumers_total', 'Streams closed because nobody read', () => stats().slowConsumersTotal);
    this.counter('sse_resyncs_total', 'Streams that could not be resumed exactly', () => stats().resyncsTotal);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All figures in the text exposition format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }

  private gauge(name: string, help: string, read: Reading): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** The hub keeps totals itself; each scrape copies them. */
  private counter(name: string, help: string, read: Reading): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
