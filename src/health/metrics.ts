import {
  BACKPLANE,
  type Backplane,
  EVENT_LOG,
  type EventLog,
  Hub,
  type HubStats,
  type LogBacklog,
  SseBroker,
  SseCounters,
} from '@nest-herald/sse';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { CopiedHistogram } from './copied-histogram.js';

/** A figure, or one for each value of a label. */
type Figure = number | Readonly<Record<string, number>>;

/** What a scrape shows, read once for all figures. */
interface Scrape {
  readonly hub: HubStats;
  /** Null when the database did not tell in time: no figure is better than a wrong one. */
  readonly backlog: LogBacklog | null;
}

/** A scrape does not wait longer for the database. */
const BACKLOG_WITHIN_MS = 2_000;

/**
 * Figures of this process for Prometheus. Names are those of origin.md §2 where it has one. Nothing is labelled with a
 * tenant or a person: figures of one tenant are in `GET /api/v1/sse/stats`, behind that tenant's token.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  private readonly logger = new Logger('Metrics');
  private readonly registry = new Registry();
  private scrape: Scrape;

  constructor(
    @Inject(SseBroker) private readonly broker: SseBroker,
    @Inject(Hub) hub: Hub,
    @Inject(SseCounters) counters: SseCounters,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(BACKPLANE) backplane: Backplane,
  ) {
    this.scrape = { hub: broker.stats(null), backlog: null };
    collectDefaultMetrics({ register: this.registry });
    this.ofConnections();
    this.ofPublishing(counters);
    this.gauge('sse_backplane_connected', 'Whether hints from other nodes can arrive', () =>
      backplane.isConnected() ? 1 : 0,
    );
    this.counter(
      'sse_backplane_lost_total',
      'Messages to other nodes that could not be sent',
      () => backplane.counters?.lost ?? 0,
    );
    this.counter(
      'sse_backplane_foreign_total',
      'Messages on the channel of the nodes that were none of ours',
      () => backplane.counters?.foreign ?? 0,
    );
    new CopiedHistogram(
      'sse_commit_to_wire_seconds',
      'From the row of a durable event to the sockets of this process, once per event',
      () => hub.commitToWire.snapshot(),
    ).addTo(this.registry);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All figures in the text exposition format. */
  async text(): Promise<string> {
    const backlog = await this.backlog();
    this.scrape = { hub: this.broker.stats(null), backlog };
    return this.registry.metrics();
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }

  private ofConnections(): void {
    const hub = (): HubStats => this.scrape.hub;
    this.gauge('sse_active_connections_total', 'Open streams of this process', () => hub().connections);
    this.gauge('sse_active_users', 'People with an open stream on this process', () => hub().users);
    this.gauge('sse_followed_topics', 'Distinct topics and patterns followed', () => hub().topics);
    this.gauge('sse_queued_bytes', 'Bytes that wait for clients that do not read', () => hub().queuedBytes);
    this.gauge('sse_queued_connections', 'Streams for which something waits', () => hub().queuedConnections);
    this.gauge('sse_longest_queue_bytes', 'The most that waits for one stream', () => hub().longestQueueBytes);
    this.counter('sse_messages_sent_total', 'Events handed to connections', () => hub().eventsSentTotal);
    this.counter('sse_messages_dropped_total', 'Events conflated or dropped in queues', () => hub().eventsDroppedTotal);
    this.counter('sse_bytes_sent_total', 'Bytes of frames written', () => hub().bytesSentTotal);
    this.counter('sse_client_connect_total', 'Streams opened', () => hub().connectsTotal);
    this.counter('sse_client_disconnect_total', 'Streams ended', () => hub().disconnectsTotal);
    this.counter('sse_slow_consumers_total', 'Streams closed because nobody read', () => hub().slowConsumersTotal);
    this.counter(
      'sse_replays_total',
      'Streams that began behind the position of their client',
      () => hub().replaysTotal,
    );
    this.counter('sse_replayed_messages_total', 'Events sent out of the past', () => hub().eventsReplayedTotal);
    this.counter('sse_resyncs_total', 'Streams that could not be resumed exactly', () => hub().resyncsTotal);
  }

  private ofPublishing(counters: SseCounters): void {
    this.counter(
      'sse_published_total',
      'Events published by this process',
      () => {
        const { publishedDurable, publishedEphemeral } = counters.snapshot();
        return { durable: publishedDurable, ephemeral: publishedEphemeral };
      },
      'kind',
    );
    this.counter(
      'sse_refused_total',
      'Requests refused, limits included, by problem code',
      () => counters.snapshot().refused,
      'code',
    );
    this.gauge('sse_outbox_waiting', 'Committed events of the cluster without a number, counted up to 10,000', () =>
      this.scrape.backlog === null ? {} : this.scrape.backlog.waiting,
    );
    this.gauge('sse_sequencer_lag_seconds', 'Age of the oldest of them', () =>
      this.scrape.backlog === null ? {} : this.scrape.backlog.oldestMs / 1_000,
    );
  }

  private async backlog(): Promise<LogBacklog | null> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, BACKLOG_WITHIN_MS, null);
    });
    try {
      return await Promise.race([this.eventLog.backlog?.() ?? null, tooLate]);
    } catch (error) {
      this.logger.warn(`The outbox cannot be counted: ${String(error)}`);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  private gauge(name: string, help: string, read: () => Figure): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        const figure = read();
        if (typeof figure === 'number') this.set(figure);
        else this.remove();
      },
    });
  }

  /** Totals are kept elsewhere; each scrape copies them. */
  private counter(name: string, help: string, read: () => Figure, label?: string): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      ...(label === undefined ? {} : { labelNames: [label] }),
      collect() {
        this.reset();
        const figure = read();
        if (typeof figure === 'number') this.inc(figure);
        else for (const [value, count] of Object.entries(figure)) this.inc({ [label ?? 'kind']: value }, count);
      },
    });
  }
}
