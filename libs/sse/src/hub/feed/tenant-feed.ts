import { Subject, type Observable } from 'rxjs';
import type { Clock, TenantId } from '@nest-herald/platform';
import type { Jitter } from '../../time/jitter.js';
import type { Connection } from '../../connection/connection.js';
import type { Subscription } from '../../connection/subscription.js';
import type { ConnectionHost } from '../../connection/connection-host.js';
import { encodeEphemeral, encodeLogged, type EncodedEvent } from '../../connection/output/encoded-event.js';
import type { Heartbeats } from '../../connection/timing/heartbeats.js';
import type { TimerWheel } from '../../connection/timing/timer-wheel.js';
import type { Traffic } from '../../connection/traffic.js';
import type { TurnScheduler } from '../../connection/output/turn-scheduler.js';
import { isControlRecord } from '../../vocabulary/control-record.js';
import type { EphemeralEvent, LoggedEvent } from '../../vocabulary/envelope.js';
import type { ReplaySource } from './catch-up.js';
import type { EventLog, LogBounds } from '../../event-log/event-log.js';
import { EventRing } from './event-ring.js';
import type { HubOptions } from './hub.options.js';
import { RingBackfill } from './ring-backfill.js';
import { SubscriptionIndex } from './subscription-index.js';
import type { TenantFeedDeps } from './tenant-feed-deps.js';

const FETCH = 500;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;
/**
 * Frames that one feed may write before it yields to others. They are counted in frames and not in time. The first event of a
 * turn costs a write per connection. Yielding after it would make every event of a burst a first one, so that no writes could
 * be joined.
 */
const YIELD_AFTER_FRAMES = 250_000;
/** The same for tenants with few connections. */
const YIELD_AFTER_EVENTS = 1_000;

/** One function for all events, so that the hot path allocates nothing. */
const take = (connection: Connection, event: EncodedEvent): boolean => connection.deliver(event);

/**
 * The ordered sequence of one tenant's events in this process: the next `seq`, a ring of the newest events, and the index of
 * who gets what.
 *
 * States: *cold* (bounds unknown) → *open* (`next` is known; one loop fetches in order what hints announce, and a lost hint
 * shows as a gap in `seq` that is fetched with the rest) → *stopped*. One private Subject has one internal subscriber, which
 * iterates over the index: there is never a pipeline per connection.
 */
export class TenantFeed implements ConnectionHost<Connection>, ReplaySource {
  readonly index = new SubscriptionIndex<Connection>();
  readonly ring: EventRing;
  readonly connections = new Set<Connection>();
  readonly options: HubOptions;
  readonly clock: Clock;
  readonly scheduler: TurnScheduler;
  readonly wheel: TimerWheel;
  readonly heartbeats: Heartbeats;
  readonly jitter: Jitter;
  readonly log: EventLog;
  /** Number of prepared streams, connections and followers that need this feed. */
  referenceCount = 0;
  /** Monotonic ms at which the last reference was released. */
  idleSinceMs: number;

  readonly #events = new Subject<EncodedEvent>();
  readonly #backfill: RingBackfill;
  #epoch = '';
  #floor = 0;
  #next = 1;
  #announced = 0;
  /** Number of calls of `announce`. */
  #announcements = 0;
  #opening: Promise<void> | null = null;
  #isFetching = false;
  #isStopped = false;

  constructor(
    readonly tenantId: TenantId,
    readonly traffic: Traffic,
    private readonly deps: TenantFeedDeps,
  ) {
    this.options = deps.options;
    this.clock = deps.clock;
    this.scheduler = deps.scheduler;
    this.wheel = deps.wheel;
    this.heartbeats = deps.heartbeats;
    this.jitter = deps.jitter;
    this.log = deps.log;
    this.ring = new EventRing(deps.options.ringMaxEvents, deps.options.ringMaxBytes);
    this.#backfill = new RingBackfill(this);
    this.idleSinceMs = deps.clock.monotonicMs();
    this.#events.subscribe((event) => this.#fanOut(event));
  }

  get epoch(): string {
    return this.#epoch;
  }
  get head(): number {
    return this.#next - 1;
  }
  /** The floor as of the last read of the bounds. It only rises. */
  get floor(): number {
    return this.#floor;
  }
  get isOpen(): boolean {
    return this.#epoch !== '';
  }

  /** Live events of the tenant for followers in this process. */
  events(): Observable<EncodedEvent> {
    return this.#events.asObservable();
  }

  /** Reads the bounds, once for all concurrent callers. @throws what the log throws. */
  open(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    this.#opening ??= this.#readBounds().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Reads the current bounds. A new epoch means that the log was replaced: all clients get a `resync`. */
  async refresh(): Promise<LogBounds> {
    const bounds = await this.log.bounds(this.tenantId);
    if (!this.isOpen) return bounds;
    if (bounds.epoch !== this.#epoch) await this.deps.applyStoredRevocations(this.tenantId);
    this.#adopt(bounds);
    return bounds;
  }

  /** Fills the ring back to `after`, as far as its bounds allow. @throws what the log throws. */
  fillRing(after: number): Promise<void> {
    return this.#backfill.fill(after);
  }

  /** Handles a hint: the log extends to `head`. */
  announce(head: number): void {
    this.#announcements += 1;
    this.#raiseAnnounced(head);
  }

  /** Delivers an ephemeral event to the connections that exist now. */
  pushEphemeral(event: EphemeralEvent): void {
    if (this.isOpen) this.#events.next(encodeEphemeral(event));
  }

  /** Registers a connection. It is part of the one tick of `attach`. */
  join(connection: Connection): void {
    this.connections.add(connection);
    this.index.add(connection);
  }

  resubscribe(connection: Connection, subscription: Subscription): void {
    if (connection.state !== 'live' && connection.state !== 'replaying') return;
    connection.applySubscription(subscription);
    this.index.update(connection);
  }

  leave(connection: Connection): void {
    this.index.remove(connection);
    this.connections.delete(connection);
    this.deps.onLeave(connection);
  }

  closed(connection: Connection): void {
    this.deps.onClosed(connection);
  }

  fromRing(after: number, upTo: number, limit: number): readonly EncodedEvent[] | null {
    return this.ring.slice(after, upTo, limit);
  }

  encode(event: LoggedEvent): EncodedEvent {
    return this.ring.at(event.seq) ?? encodeLogged(this.#epoch, event);
  }

  acquire(): void {
    this.referenceCount += 1;
  }

  release(): void {
    this.referenceCount -= 1;
    if (this.referenceCount === 0) this.idleSinceMs = this.clock.monotonicMs();
  }

  stop(): void {
    this.#isStopped = true;
    this.#events.complete();
  }

  async #readBounds(): Promise<void> {
    const { epoch, floor, head } = await this.log.bounds(this.tenantId);
    // After the bounds, so that no control record is missed: those up to the head are stored already, later ones are read.
    await this.deps.applyStoredRevocations(this.tenantId);
    this.#epoch = epoch;
    this.#floor = floor;
    this.#next = head + 1;
    // A hint that arrived during the read may be newer than the bounds.
    if (this.#announced > head) this.#fetch();
    else this.#announced = head;
  }

  #adopt(bounds: LogBounds): void {
    this.#floor = bounds.floor;
    if (bounds.epoch === this.#epoch) {
      this.#raiseAnnounced(bounds.head);
      return;
    }
    this.#epoch = bounds.epoch;
    this.#next = bounds.head + 1;
    this.#announced = bounds.head;
    this.ring.clear();
    for (const connection of this.connections) connection.resync('epoch');
  }

  #raiseAnnounced(head: number): void {
    if (head <= this.#announced) return;
    this.#announced = head;
    if (this.isOpen) this.#fetch();
  }

  #fetch(): void {
    if (this.#isFetching || this.#isStopped || this.#announced < this.#next) return;
    this.#isFetching = true;
    void this.#fetchAll();
  }

  /**
   * Fetches up to what was announced and delivers each event, in order. It runs once at a time and never throws. The last check
   * of what was announced and the end of the run are in one tick, so that no announcement falls between them.
   */
  async #fetchAll(): Promise<void> {
    let failures = 0;
    let events = 0;
    let frames = 0;
    while (this.#announced >= this.#next && !this.#isStopped) {
      const epoch = this.#epoch;
      try {
        const page = await this.log.readRange(this.tenantId, this.#next - 1, this.#announced, FETCH);
        if (this.#epoch !== epoch) continue;
        if (page[0]?.seq !== this.#next) {
          await this.#handleGap();
          failures += 1;
          await this.#pause(failures);
          continue;
        }
        failures = 0;
        for (const event of page) {
          if (event.seq !== this.#next || this.#epoch !== epoch) break;
          this.#next += 1;
          const encoded = encodeLogged(epoch, event);
          this.ring.push(encoded);
          if (isControlRecord(event)) this.deps.onControlRecord(this.tenantId, event.payload);
          else this.#events.next(encoded);
          events += 1;
          frames += this.connections.size;
          if (events < YIELD_AFTER_EVENTS && frames < YIELD_AFTER_FRAMES) continue;
          await new Promise((resolve) => setImmediate(resolve));
          events = 0;
          frames = 0;
        }
      } catch (error) {
        failures += 1;
        this.deps.warn(`Reading the event log of tenant ${this.tenantId} failed and is retried: ${String(error)}`);
        await this.#pause(failures);
      }
    }
    this.#isFetching = false;
  }

  /**
   * Handles that the log lacks the next event: retention dropped it, or the announcement was wrong. A late hint of a replaced
   * log can be wrong, and so can a forged one. If it were trusted, the loop would ask for the missing event for ever.
   */
  async #handleGap(): Promise<void> {
    const announcements = this.#announcements;
    const { floor, head } = await this.refresh();
    if (floor < this.#next) {
      if (head < this.#next && announcements === this.#announcements) this.#announced = head;
      return;
    }
    await this.deps.applyStoredRevocations(this.tenantId);
    this.deps.warn(
      `Events ${this.#next} to ${floor} of tenant ${this.tenantId} were deleted before delivery. Its clients get a resync.`,
    );
    this.#next = floor + 1;
    this.ring.clear();
    for (const connection of this.connections) connection.resync('history_gap');
  }

  #pause(failures: number): Promise<void> {
    const ms = this.jitter.around(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1)), 0.3);
    return new Promise((resolve) => setTimeout(resolve, ms).unref());
  }

  #fanOut(event: EncodedEvent): void {
    const taken = this.index.deliver(event, take);
    if (taken > 0) this.traffic.sent(taken, taken * event.chunk.length);
    this.deps.onEvent(this.tenantId, event, taken);
  }
}
