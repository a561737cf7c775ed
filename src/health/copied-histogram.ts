import type { LatencySnapshot } from '@nest-herald/sse';
import type { Metric, MetricValueWithName, Registry } from 'prom-client';

const MS_PER_S = 1_000;

/** What a registry writes down of a metric. */
interface Exposition {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly MetricValueWithName<string>[];
}

/** A histogram that somebody else fills: every scrape copies its buckets, in seconds as Prometheus wants them. */
export class CopiedHistogram {
  constructor(
    readonly name: string,
    private readonly help: string,
    private readonly read: () => LatencySnapshot,
  ) {}

  /** A registry asks its metrics for `name` and `get` only; its type names the library's own classes. */
  addTo(registry: Registry): void {
    registry.registerMetric(this as unknown as Metric);
  }

  /** Called at each scrape. */
  get(): Promise<Exposition> {
    const { name, help } = this;
    const { buckets, count, sumMs } = this.read();
    const bucket = (le: number | string, value: number): MetricValueWithName<string> => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
    });
    return Promise.resolve({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...buckets.map(({ upToMs, count: below }) => bucket(upToMs / MS_PER_S, below)),
        bucket('+Inf', count),
        { metricName: `${name}_sum`, labels: {}, value: sumMs / MS_PER_S },
        { metricName: `${name}_count`, labels: {}, value: count },
      ],
    });
  }
}
