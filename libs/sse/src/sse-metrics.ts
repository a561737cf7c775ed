import { Inject, Injectable, Logger } from '@nestjs/common';
import { BACKPLANE, type Backplane } from './backplane/backplane.js';
import { EVENT_LOG, type EventLog, type LogBacklog } from './event-log/event-log.js';
import { Hub } from './hub/hub.js';
import type { HubStats } from './hub/hub-stats.js';
import type { LatencySnapshot } from './observability/latency-histogram.js';
import { type MetricFamily, type MetricSample, prometheusText } from './observability/metric-family.js';
import { SseCounters } from './observability/sse-counters.js';

/** Longest time that a scrape waits for the database. */
const BACKLOG_WITHIN_MS = 2_000;
const MS_PER_S = 1_000;

/** Name after `sse_`, help text, and the member of the statistics. */
type Row = readonly [name: string, help: string, figure: keyof HubStats];

const GAUGES: readonly Row[] = [
  ['active_connections_total', 'Open streams of this process', 'connections'],
  ['active_users', 'Users with an open stream on this process', 'users'],
  ['followed_topics', 'Distinct topics and patterns followed', 'topics'],
  ['queued_bytes', 'Bytes queued for clients that do not read', 'queuedBytes'],
  ['queued_connections', 'Streams with queued bytes', 'queuedConnections'],
  ['longest_queue_bytes', 'Bytes in the longest queue of a stream', 'longestQueueBytes'],
];

const COUNTERS: readonly Row[] = [
  ['messages_sent_total', 'Events handed to connections', 'eventsSentTotal'],
  ['messages_dropped_total', 'Events conflated or dropped in queues', 'eventsDroppedTotal'],
  ['bytes_sent_total', 'Bytes of frames written', 'bytesSentTotal'],
  ['client_connect_total', 'Streams opened', 'connectsTotal'],
  ['client_disconnect_total', 'Streams ended', 'disconnectsTotal'],
  ['slow_consumers_total', 'Streams closed because their client did not read', 'slowConsumersTotal'],
  ['replays_total', 'Streams that began with a replay', 'replaysTotal'],
  ['replayed_messages_total', 'Events sent by replays', 'eventsReplayedTotal'],
  ['resyncs_total', 'Streams that could not be resumed exactly', 'resyncsTotal'],
];

/**
 * The metrics of this process, without a metrics library: append {@link text} to the output of yours. No metric is labelled with
 * a tenant or a user. The host provides the endpoint and must protect it: these figures are not public.
 */
@Injectable()
export class SseMetrics {
  readonly #logger = new Logger(SseMetrics.name);

  constructor(
    private readonly hub: Hub,
    private readonly counters: SseCounters,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(BACKPLANE) private readonly backplane: Backplane,
  ) {}

  /** All metrics in the text format of Prometheus; ends with a line break. */
  async text(): Promise<string> {
    return prometheusText(await this.families());
  }

  /** The same for other formats. Waits at most 2 s for the log; without an answer, its figures are left out. */
  async families(): Promise<readonly MetricFamily[]> {
    const backlog = await this.#backlog();
    const stats = this.hub.stats(null);
    const rows = (table: readonly Row[], type: 'gauge' | 'counter'): readonly MetricFamily[] =>
      table.map(([name, help, figure]) => family(name, help, type, [{ value: stats[figure] }]));
    return [
      ...rows(GAUGES, 'gauge'),
      ...rows(COUNTERS, 'counter'),
      ...this.#counted(),
      family('backplane_connected', 'Whether hints from other servers can arrive', 'gauge', [
        { value: this.backplane.isConnected() ? 1 : 0 },
      ]),
      ...(backlog === null ? [] : backlogFamilies(backlog)),
      family(
        'commit_to_wire_seconds',
        'Time from the row of a durable event to the sockets of this process, once per event',
        'histogram',
        samplesOf(this.hub.commitToWire.snapshot()),
      ),
    ];
  }

  #counted(): readonly MetricFamily[] {
    const { publishedDurable, publishedEphemeral, refused } = this.counters.snapshot();
    return [
      family('published_total', 'Events published by this process', 'counter', [
        { labels: { kind: 'durable' }, value: publishedDurable },
        { labels: { kind: 'ephemeral' }, value: publishedEphemeral },
      ]),
      family(
        'refused_total',
        'Requests refused, limits included, by problem code',
        'counter',
        Object.entries(refused).map(([code, value]) => ({ labels: { code }, value })),
      ),
      family(
        'unshared_admissions_total',
        'Admissions by the count of this process alone, because the shared count was unavailable',
        'counter',
        [{ value: this.hub.limits.localDecisions }],
      ),
    ];
  }

  async #backlog(): Promise<LogBacklog | null> {
    if (this.eventLog.backlog === undefined) return null;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, BACKLOG_WITHIN_MS, null);
    });
    try {
      return await Promise.race([this.eventLog.backlog(), timeout]);
    } catch (error) {
      this.#logger.warn(`The events that wait for the sequencer could not be counted: ${String(error)}`);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

function family(
  name: string,
  help: string,
  type: MetricFamily['type'],
  samples: readonly MetricSample[],
): MetricFamily {
  return { name: `sse_${name}`, help, type, samples };
}

function backlogFamilies({ waiting, oldestMs }: LogBacklog): readonly MetricFamily[] {
  return [
    family(
      'outbox_waiting',
      'Committed events of the cluster that wait for the sequencer, counted up to 10,000',
      'gauge',
      [{ value: waiting }],
    ),
    family('sequencer_lag_seconds', 'Age of the oldest waiting event', 'gauge', [{ value: oldestMs / MS_PER_S }]),
  ];
}

function samplesOf({ buckets, count, sumMs }: LatencySnapshot): readonly MetricSample[] {
  const bucket = (le: string, value: number): MetricSample => ({ suffix: '_bucket', labels: { le }, value });
  return [
    ...buckets.map(({ upToMs, count: below }) => bucket(String(upToMs / MS_PER_S), below)),
    bucket('+Inf', count),
    { suffix: '_sum', value: sumMs / MS_PER_S },
    { suffix: '_count', value: count },
  ];
}
