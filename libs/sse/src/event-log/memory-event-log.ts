import { randomUUID } from 'node:crypto';
import { NAMED_USERS } from '../vocabulary/audience.js';
import { systemClock, type TenantId } from '@nest-herald/platform';
import type { LoggedEvent, NewEvent, Tx } from '../vocabulary/envelope.js';
import { SseError } from '../vocabulary/sse.errors.js';
import type { EventLog, HintSinks, LogBounds, ReplayPage, ReplayRequest } from './event-log.js';
import { MemoryLogStore } from './memory-log-store.js';

/**
 * A transaction of a {@link MemoryEventLog}. Its events are sequenced at `commit`, or never.
 * States: open → committed | rolled back.
 */
export class MemoryTransaction {
  readonly #staged: NewEvent[] = [];
  #open = true;

  constructor(
    readonly log: MemoryEventLog,
    private readonly sequence: (events: readonly NewEvent[]) => void,
  ) {}

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether this transaction contains an event with this key. */
  hasDedupeKey(tenantId: TenantId, dedupeKey: string): boolean {
    return this.#staged.some((e) => e.tenantId === tenantId && e.dedupeKey === dedupeKey);
  }

  stage(events: readonly NewEvent[]): void {
    this.#staged.push(...events);
  }

  commit(): void {
    if (!this.#open) return;
    this.#open = false;
    this.sequence(this.#staged);
  }

  rollback(): void {
    this.#open = false;
    this.#staged.length = 0;
  }
}

/**
 * An event log for one process without a database. Everything is lost with the process. A new process has a new epoch, so
 * returning clients get a `resync` instead of missing events silently.
 */
export class MemoryEventLog implements EventLog {
  #sinks: HintSinks | null = null;

  /** @param store pass one to share it between several servers of a test. */
  constructor(private readonly store: MemoryLogStore = new MemoryLogStore(randomUUID(), systemClock)) {}

  start(sinks: HintSinks): Promise<void> {
    this.#sinks = sinks;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#sinks = null;
    return Promise.resolve();
  }

  /** Opens a transaction that `append` joins. */
  begin(): MemoryTransaction {
    return new MemoryTransaction(this, (events) => this.#sequence(events));
  }

  append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }> {
    try {
      if (tx === undefined) return Promise.resolve({ deduplicated: !this.#sequence(events) && events.length > 0 });
      const open = this.#requireOpen(tx);
      const fresh = events.filter(
        (e) =>
          e.dedupeKey === undefined ||
          (!this.store.isDuplicate(e.tenantId, e.dedupeKey) && !open.hasDedupeKey(e.tenantId, e.dedupeKey)),
      );
      open.stage(fresh);
      return Promise.resolve({ deduplicated: fresh.length === 0 && events.length > 0 });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  requireTransaction(tx: Tx): void {
    this.#requireOpen(tx);
  }

  bounds(tenantId: TenantId): Promise<LogBounds> {
    return Promise.resolve(this.store.bounds(tenantId));
  }

  readRange(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]> {
    return Promise.resolve(this.store.slice(tenantId, after, Math.min(upTo, after + limit)));
  }

  readFor(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage> {
    const keys = new Set(request.keys);
    const events: LoggedEvent[] = [];
    for (const event of this.store.slice(tenantId, request.after, request.upTo)) {
      const isWanted =
        keys.has(event.audience) ||
        (event.audience === NAMED_USERS && event.recipients?.includes(request.userId) === true) ||
        (request.everyTopic && event.audience.startsWith('topic:'));
      if (!isWanted) continue;
      events.push(event);
      if (events.length === request.limit) return Promise.resolve({ events, scannedTo: event.seq });
    }
    return Promise.resolve({ events, scannedTo: request.upTo });
  }

  firstSince(tenantId: TenantId, since: Date): Promise<number> {
    const { floor, head } = this.store.bounds(tenantId);
    const first = this.store.slice(tenantId, floor, head).find((event) => event.createdAt >= since);
    return Promise.resolve(first?.seq ?? head + 1);
  }

  health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    return Promise.resolve(
      this.#sinks === null ? { ok: false, detail: 'The event log is not started.' } : { ok: true },
    );
  }

  /** @returns whether anything was written. */
  #sequence(events: readonly NewEvent[]): boolean {
    const heads = this.store.append(events);
    for (const _tenant in heads) {
      this.#sinks?.announce({ shard: 0, no: this.store.nextBatch(), heads });
      return true;
    }
    return false;
  }

  #requireOpen(tx: Tx): MemoryTransaction {
    if (tx instanceof MemoryTransaction && tx.log === this && tx.isOpen) return tx;
    throw new SseError(
      'ERR_SSE_NO_TRANSACTION',
      'publish() and tx need an open transaction of the memory event log. Pass the result of MemoryEventLog.begin() ' +
        'before its commit. To join transactions of your database, use the event log of createPostgresSse(). ' +
        'To publish without a transaction, call sendToUser() or another send method.',
    );
  }
}
