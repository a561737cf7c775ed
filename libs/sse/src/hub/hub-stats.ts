import type { TenantId } from '@nest-herald/platform';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** Statistics of one process, for one tenant or for all. Totals count from the start of the process. */
export interface HubStats {
  readonly connections: number;
  readonly users: number;
  /** Distinct topics and patterns followed. */
  readonly topics: number;
  /** Event frames delivered to connections, without control events. */
  readonly eventsSentTotal: number;
  /** Queued ephemeral frames that were replaced or dropped, and durable frames dropped with a slow consumer's queue. */
  readonly eventsDroppedTotal: number;
  /** Averaged over the last 10 s. */
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
  readonly connectsTotal: number;
  readonly disconnectsTotal: number;
  /** `resync` events sent. */
  readonly resyncsTotal: number;
  /** Streams that began with a replay after the client's cursor. */
  readonly replaysTotal: number;
  /** Events sent by replays. They also count as sent. */
  readonly eventsReplayedTotal: number;
  readonly bytesSentTotal: number;
  /** Bytes that wait in this process for clients that do not read. */
  readonly queuedBytes: number;
  /** The most bytes that wait for one connection. */
  readonly longestQueueBytes: number;
  /** Connections for which bytes wait. */
  readonly queuedConnections: number;
}

/** Collects statistics in one tick. It iterates over the connections of the requested tenants. */
export function collectStats(tenantFeeds: TenantFeeds, tenantId: TenantId | null): HubStats {
  const one = tenantId === null ? undefined : tenantFeeds.get(tenantId);
  const feeds = tenantId === null ? [...tenantFeeds.all()] : one === undefined ? [] : [one];
  const traffic = tenantId === null ? tenantFeeds.total : tenantFeeds.trafficOf(tenantId);
  let queuedBytes = 0;
  let longestQueueBytes = 0;
  let queuedConnections = 0;
  for (const feed of feeds) {
    for (const connection of feed.connections) {
      const bytes = connection.queuedBytes;
      if (bytes === 0) continue;
      queuedBytes += bytes;
      queuedConnections += 1;
      longestQueueBytes = Math.max(longestQueueBytes, bytes);
    }
  }
  return {
    connections: sum(feeds.map((feed) => feed.connections.size)),
    users: sum(feeds.map((feed) => feed.index.userCount())),
    topics: sum(feeds.map((feed) => feed.index.topics().length)),
    eventsSentTotal: traffic.eventsSent,
    eventsDroppedTotal: traffic.eventsDropped,
    eventsPerSecond: traffic.eventsPerSecond,
    slowConsumersTotal: traffic.slowConsumers,
    connectsTotal: traffic.connects,
    disconnectsTotal: traffic.disconnects,
    resyncsTotal: traffic.resyncs,
    replaysTotal: traffic.replays,
    eventsReplayedTotal: traffic.eventsReplayed,
    bytesSentTotal: traffic.bytesSent,
    queuedBytes,
    longestQueueBytes,
    queuedConnections,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
