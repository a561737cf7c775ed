import type { TenantId } from '@nest-herald/platform';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** Counters of one process, of one tenant or of all of them. Totals count from the start of the process. */
export interface HubStats {
  readonly connections: number;
  readonly users: number;
  /** Distinct topics and patterns followed. */
  readonly topics: number;
  /** Frames of events handed to connections, control events not counted. */
  readonly eventsSentTotal: number;
  /** Ephemeral frames replaced or dropped while they waited, and durable ones dropped with a slow consumer's queue. */
  readonly eventsDroppedTotal: number;
  /** Mean over the last 10 s. */
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
  readonly connectsTotal: number;
  readonly disconnectsTotal: number;
  /** `resync` events sent. */
  readonly resyncsTotal: number;
  /** Streams that began behind the position that their client named. */
  readonly replaysTotal: number;
  /** Events that those streams got of the past; they count as sent too. */
  readonly eventsReplayedTotal: number;
  readonly bytesSentTotal: number;
  /** Bytes that wait in this process for sockets that take nothing. */
  readonly queuedBytes: number;
  /** The most that waits for one connection. */
  readonly longestQueueBytes: number;
  /** Connections for which something waits. */
  readonly queuedConnections: number;
}

/** Counts what can be counted in one tick; walks the connections of the tenants asked for. */
export function collectStats(tenants: TenantFeeds, tenantId: TenantId | null): HubStats {
  const one = tenantId === null ? undefined : tenants.get(tenantId);
  const feeds = tenantId === null ? [...tenants.all()] : one === undefined ? [] : [one];
  const traffic = tenantId === null ? tenants.total : tenants.trafficOf(tenantId);
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
