import { Traffic } from '../../connection/traffic.js';
import type { TenantId } from '@nest-herald/platform';
import { TenantFeed } from './tenant-feed.js';
import type { TenantFeedDeps } from './tenant-feed-deps.js';

/** An idle feed keeps its ring this long, for clients that reconnect. */
const IDLE_MS = 60_000;
/** The most idle feeds kept. */
const MAX_IDLE = 1_000;
/** The most tenants whose counters are kept. */
const MAX_TRAFFIC = 10_000;

/** The feeds of the tenants that are active in this process. A feed is created at its first use and dropped when it was idle. */
export class TenantFeeds {
  readonly #feeds = new Map<TenantId, TenantFeed>();
  readonly #traffic = new Map<TenantId, Traffic>();
  /** Counters of the whole process. */
  readonly total = new Traffic();

  constructor(private readonly deps: TenantFeedDeps) {}

  get(tenantId: TenantId): TenantFeed | undefined {
    return this.#feeds.get(tenantId);
  }

  /** The feeds of all active tenants. */
  all(): IterableIterator<TenantFeed> {
    return this.#feeds.values();
  }

  /** Counters of a tenant; zeros for one that was never active in this process. */
  trafficOf(tenantId: TenantId): Traffic {
    return this.#traffic.get(tenantId) ?? new Traffic();
  }

  /** Acquires the feed of a tenant. The caller must `release` it once. */
  acquire(tenantId: TenantId): TenantFeed {
    let feed = this.#feeds.get(tenantId);
    if (feed === undefined) {
      feed = new TenantFeed(tenantId, this.#trafficFor(tenantId), this.deps);
      this.#feeds.set(tenantId, feed);
    }
    feed.acquire();
    return feed;
  }

  /** Drops feeds that were idle for long, and the longest idle ones when there are too many. */
  sweep(): void {
    const now = this.deps.clock.monotonicMs();
    const idle = [...this.#feeds.values()]
      .filter((s) => s.referenceCount === 0)
      .sort((a, b) => a.idleSinceMs - b.idleSinceMs);
    for (const [index, feed] of idle.entries()) {
      if (now - feed.idleSinceMs < IDLE_MS && idle.length - index <= MAX_IDLE) break;
      this.#drop(feed);
    }
  }

  /** Samples every rate. Call it once a second. */
  sampleRates(): void {
    this.total.sample();
    for (const traffic of this.#traffic.values()) traffic.sample();
  }

  stop(): void {
    for (const feed of this.#feeds.values()) this.#drop(feed);
  }

  #drop(feed: TenantFeed): void {
    feed.stop();
    this.#feeds.delete(feed.tenantId);
  }

  #trafficFor(tenantId: TenantId): Traffic {
    let traffic = this.#traffic.get(tenantId);
    if (traffic === undefined) {
      traffic = new Traffic(this.total);
      for (const oldest of this.#traffic.keys()) {
        if (this.#traffic.size < MAX_TRAFFIC) break;
        this.#traffic.delete(oldest);
      }
      this.#traffic.set(tenantId, traffic);
    }
    return traffic;
  }
}
