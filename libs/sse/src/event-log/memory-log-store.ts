import type { Clock, TenantId } from '@nest-herald/platform';
import type { LoggedEvent, NewEvent } from '../vocabulary/envelope.js';
import { epochOf } from './epoch.js';
import type { LogBounds } from './event-log.js';

/** How much a {@link MemoryLogStore} keeps. */
export interface MemoryLogBounds {
  /** Events of one tenant. @defaultValue 10000 */
  readonly maxEventsPerTenant: number;
  /** Payload size of one tenant, as UTF-16 length, which is cheap and close enough. @defaultValue 8 MiB */
  readonly maxBytesPerTenant: number;
  /** Age of an event in ms. @defaultValue 7 days */
  readonly maxAgeMs: number;
}

const DAY_MS = 86_400_000;
const DEFAULT_BOUNDS: MemoryLogBounds = {
  maxEventsPerTenant: 10_000,
  maxBytesPerTenant: 8 * 1024 * 1024,
  maxAgeMs: 7 * DAY_MS,
};
const DEDUPE_MS = DAY_MS;
const MAX_DEDUPE_KEYS = 100_000;
/** Dropped entries at the front of a tenant's array before it is compacted. This keeps dropping O(1) on average. */
const COMPACT_AT = 1_024;

interface TenantLog {
  readonly epoch: string;
  /** `events[first]` has `seq` floor + 1. The entries before it are dropped. */
  events: LoggedEvent[];
  first: number;
  floor: number;
  head: number;
  bytes: number;
  /** Key → end of its 24 h in ms, in the order of insertion. */
  readonly dedupe: Map<string, number>;
}

/** The storage of one or more {@link MemoryEventLog}s. It sequences, keeps and drops events, in one order per tenant. */
export class MemoryLogStore {
  readonly #tenants = new Map<TenantId, TenantLog>();
  readonly #bounds: MemoryLogBounds;
  #batches = 0;
  #lastNow = new Date(0);

  /** @param logId random UUID; see {@link epochOf}. */
  constructor(
    private readonly logId: string,
    private readonly clock: Clock,
    bounds: Partial<MemoryLogBounds> = {},
  ) {
    this.#bounds = { ...DEFAULT_BOUNDS, ...bounds };
  }

  /** Whether an event with this key was logged within 24 h. */
  isDuplicate(tenantId: TenantId, dedupeKey: string): boolean {
    const until = this.#tenants.get(tenantId)?.dedupe.get(dedupeKey);
    return until !== undefined && until > this.clock.now().getTime();
  }

  /**
   * Sequences events in the given order and skips those whose key was seen before this call. Within one call a key may
   * repeat, because one publication to many people is several rows.
   * @returns the new heads; empty when all events were skipped.
   */
  append(events: readonly NewEvent[]): Record<string, number> {
    const now = this.#now();
    const fresh = events.some((e) => e.dedupeKey !== undefined) ? events.filter((e) => !this.#isKnown(e)) : events;
    const heads: Record<string, number> = Object.create(null) as Record<string, number>;
    for (const event of fresh) {
      const log = this.#tenant(event.tenantId);
      if (event.dedupeKey !== undefined) remember(log, event.dedupeKey, now.getTime());
      log.head += 1;
      log.events.push(toLogged(event, log.head, now));
      log.bytes += event.payload.length;
      heads[event.tenantId] = log.head;
      this.#dropOld(log, now.getTime());
    }
    return heads;
  }

  /** Number of the next batch: 1, 2, 3 … */
  nextBatch(): number {
    this.#batches += 1;
    return this.#batches;
  }

  bounds(tenantId: TenantId): LogBounds {
    const log = this.#tenant(tenantId);
    this.#dropOld(log, this.clock.now().getTime());
    return { epoch: log.epoch, floor: log.floor, head: log.head };
  }

  /** @returns events with `after < seq <= upTo`, ascending. */
  slice(tenantId: TenantId, after: number, upTo: number): readonly LoggedEvent[] {
    const log = this.#tenant(tenantId);
    const from = Math.max(after, log.floor);
    const to = Math.min(upTo, log.head);
    if (from >= to) return [];
    return log.events.slice(log.first + from - log.floor, log.first + to - log.floor);
  }

  #isKnown({ tenantId, dedupeKey }: NewEvent): boolean {
    return dedupeKey !== undefined && this.isDuplicate(tenantId, dedupeKey);
  }

  /** Shares one Date among all events of a millisecond: a Date is as large as the rest of an event without its payload. */
  #now(): Date {
    const now = this.clock.now();
    if (now.getTime() !== this.#lastNow.getTime()) this.#lastNow = now;
    return this.#lastNow;
  }

  #tenant(tenantId: TenantId): TenantLog {
    let log = this.#tenants.get(tenantId);
    if (log === undefined) {
      log = {
        epoch: epochOf(this.logId, tenantId),
        events: [],
        first: 0,
        floor: 0,
        head: 0,
        bytes: 0,
        dedupe: new Map(),
      };
      this.#tenants.set(tenantId, log);
    }
    return log;
  }

  #dropOld(log: TenantLog, nowMs: number): void {
    const oldest = nowMs - this.#bounds.maxAgeMs;
    for (;;) {
      const event = log.events[log.first];
      if (event === undefined) break;
      const tooMany = log.head - log.floor > this.#bounds.maxEventsPerTenant;
      if (!tooMany && log.bytes <= this.#bounds.maxBytesPerTenant && event.createdAt.getTime() >= oldest) break;
      log.first += 1;
      log.floor += 1;
      log.bytes -= event.payload.length;
    }
    if (log.first >= COMPACT_AT) {
      log.events = log.events.slice(log.first);
      log.first = 0;
    }
  }
}

function remember(log: TenantLog, key: string, nowMs: number): void {
  log.dedupe.delete(key);
  log.dedupe.set(key, nowMs + DEDUPE_MS);
  for (const [old, until] of log.dedupe) {
    if (until > nowMs && log.dedupe.size <= MAX_DEDUPE_KEYS) break;
    log.dedupe.delete(old);
  }
}

function toLogged(event: NewEvent, seq: number, createdAt: Date): LoggedEvent {
  const { tenantId, audience, recipients, type, payload, traceparent } = event;
  const logged = { tenantId, seq, audience, recipients, type, payload, createdAt };
  return traceparent === undefined ? logged : { ...logged, traceparent };
}
