import { Traffic } from '../../connection/traffic.js';
import type { TenantId } from '@nest-herald/platform';
import { TenantFeed, type TenantFeedDeps } from './tenant-feed.js';

/** A tenant that nobody needs keeps its ring this long, for those who come back. */
const IDLE_MS = 60_000;
/** Tenants that nobody needs and that are kept all the same. */
const MAX_IDLE = 1_000;
/** Tenants whose counters are kept. */
const MAX_TRAFFIC = 10_000;

/** The tenants that are active in this process. One is made for its first connection or follower and dropped when idle. */
export class TenantFeeds {
  readonly #feeds = new Map<TenantId, TenantFeed>();
  readonly #traffic = new Map<TenantId, Traffic>();
  /** Counters of the process. */
  readonly total = new Traffic();

  constructor(private readonly deps: TenantFeedDeps) {}

  get(tenantId: TenantId): TenantFeed | undefined {
    return this.#feeds.get(tenantId);
  }

  /** All active tenants. */
  all(): IterableIterator<TenantFeed> {
    return this.#feeds.values();
  }

  /** Counters of a tenant; zeros for one that was never active here. */
  trafficOf(tenantId: TenantId): Traffic {
    return this.#traffic.get(tenantId) ?? new Traffic();
  }

  /** The feed of a tenant, held for the caller, who must `release` it once. */
  acquire(tenantId: TenantId): TenantFeed {
    let feed = this.#feeds.get(tenantId);
    if (feed === undefined) {
      feed = new TenantFeed(tenantId, this.#trafficFor(tenantId), this.deps);
      this.#feeds.set(tenantId, feed);
    }
    feed.acquire();
    return feed;
  }

  /** Drops tenants that are idle for long, and the longest idle ones when there are too many. */
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

  /** Takes one sample of every rate; call it once a second. */
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
