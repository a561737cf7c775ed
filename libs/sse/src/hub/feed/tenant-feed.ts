import { Subject, type Observable } from 'rxjs';
import type { Clock, Jitter, TenantId } from '@nest-herald/platform';
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
import { SubscriptionIndex } from './subscription-index.js';

/** What all tenants of a hub share. */
export interface TenantFeedDeps {
  readonly options: HubOptions;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly scheduler: TurnScheduler;
  readonly wheel: TimerWheel;
  readonly heartbeats: Heartbeats;
  readonly jitter: Jitter;
  readonly warn: (message: string) => void;
  readonly onLeave: (connection: Connection) => void;
  /** An event was handed to so many connections. */
  readonly onEvent: (tenantId: TenantId, event: EncodedEvent, taken: number) => void;
  readonly onClosed: (connection: Connection) => void;
  /** A row of the log that is no event but a word to the hubs; same tick, before what comes behind it. */
  readonly onControlRecord: (tenantId: TenantId, payload: string) => void;
  /** Makes up for marks that this process has not met, whenever it does not go on from where it was. */
  readonly applyStoredRevocations: (tenantId: TenantId) => Promise<void>;
}

const FETCH = 500;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;
/**
 * Frames that one tenant may hand to its connections before others have their turn. Counted in frames and not in time: the
 * first event of a turn costs a write for each connection, and to yield behind it would make every event of a burst a
 * first one, so that nothing could be joined.
 */
const YIELD_AFTER_FRAMES = 250_000;
/** The same for tenants with few connections. */
const YIELD_AFTER_EVENTS = 1_000;

/** The hot path as one function for all events, so that delivering allocates nothing. */
const take = (connection: Connection, event: EncodedEvent): boolean => connection.deliver(event);

/**
 * The live order of one tenant in this process: what is next, the newest events as a ring, and who gets what.
 *
 * States: *cold* (bounds unknown) → *open* (`next` known; hints are fetched in order by one loop, a missing hint shows as a
 * hole in the dense numbers and is fetched with the rest) → *stopped*. One private Subject, one internal subscriber that
 * walks the index: never a pipeline per connection.
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
  /** Prepared streams, connections and followers that need this tenant. */
  referenceCount = 0;
  /** Monotonic ms since which nobody has needed it. */
  idleSinceMs: number;

  readonly #events = new Subject<EncodedEvent>();
  #epoch = '';
  #floor = 0;
  #next = 1;
  #announced = 0;
  /** How often somebody has said how far the log reaches. */
  #claims = 0;
  #opening: Promise<void> | null = null;
  #warming: Promise<void> | null = null;
  #isPumping = false;
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
    this.idleSinceMs = deps.clock.monotonicMs();
    this.#events.subscribe((event) => this.#fanOut(event));
  }

  get epoch(): string {
    return this.#epoch;
  }
  get head(): number {
    return this.#next - 1;
  }
  /** As of the last look at the log; it only rises. */
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

  /** Reads the bounds once, however many ask. @throws whatever the log throws. */
  open(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    this.#opening ??= this.#readBounds().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Reads the bounds afresh. Another epoch means another log: everybody is told to fetch their state anew. */
  async refresh(): Promise<LogBounds> {
    const bounds = await this.log.bounds(this.tenantId);
    if (!this.isOpen) return bounds;
    if (bounds.epoch !== this.#epoch) await this.deps.applyStoredRevocations(this.tenantId);
    this.#adopt(bounds);
    return bounds;
  }

  /**
   * Fills the ring backwards until it reaches to `after`, as far as its bounds allow. One reads for all who ask meanwhile:
   * a storm of people who come back to a node that has just started costs a few reads, not some for each of them.
   * @throws whatever the log throws.
   */
  async warm(after: number): Promise<void> {
    while (this.head - after <= this.options.ringMaxEvents && this.#reachesBackTo() > after + 1) {
      const before = this.#reachesBackTo();
      this.#warming ??= this.#readBackwards(before, after).finally(() => {
        this.#warming = null;
      });
      await this.#warming;
      if (this.#reachesBackTo() >= before) return;
    }
  }

  /** Somebody says that the log reaches to `head`. */
  announce(head: number): void {
    this.#claims += 1;
    this.#raise(head);
  }

  #raise(head: number): void {
    if (head <= this.#announced) return;
    this.#announced = head;
    if (this.isOpen) this.#pump();
  }

  /** An event without a place in the log, for those who are connected now. */
  pushEphemeral(event: EphemeralEvent): void {
    if (this.isOpen) this.#events.next(encodeEphemeral(event));
  }

  /** Part of the one tick of `attach`. */
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
    // Behind the bounds, so that no mark falls between: those up to the head are stored already, later ones are met.
    await this.deps.applyStoredRevocations(this.tenantId);
    this.#epoch = epoch;
    this.#floor = floor;
    this.#next = head + 1;
    // What was announced while the bounds were read may be newer than they are.
    if (this.#announced > head) this.#pump();
    else this.#announced = head;
  }

  /** Number of the oldest event that needs no read. */
  #reachesBackTo(): number {
    return this.ring.oldestSeq ?? this.#next;
  }

  async #readBackwards(before: number, after: number): Promise<void> {
    const epoch = this.#epoch;
    const from = Math.max(after, before - 1 - FETCH, this.#floor);
    const page = await this.log.readRange(this.tenantId, from, before - 1, FETCH);
    if (this.#epoch === epoch) this.ring.prepend(page.map((event) => encodeLogged(epoch, event)));
  }

  #adopt(bounds: LogBounds): void {
    this.#floor = bounds.floor;
    if (bounds.epoch === this.#epoch) {
      this.#raise(bounds.head);
      return;
    }
    this.#epoch = bounds.epoch;
    this.#next = bounds.head + 1;
    this.#announced = bounds.head;
    this.ring.clear();
    for (const connection of this.connections) connection.resync('epoch');
  }

  #pump(): void {
    if (this.#isPumping || this.#isStopped || this.#announced < this.#next) return;
    this.#isPumping = true;
    void this.#fetchAll();
  }

  /**
   * Single flight: fetches up to what was announced, in order, and hands each event out. Never throws. The last look at what
   * was announced and the end of the flight are one tick, so that nothing is announced in between.
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
          await this.#mendHole();
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
        this.deps.warn(`Reading the event log of tenant ${this.tenantId} failed, trying again: ${String(error)}`);
        await this.#pause(failures);
      }
    }
    this.#isPumping = false;
  }

  /**
   * The log does not have the event that comes next: it was dropped by retention, or what was announced is not there. A late hint of
   * a log that was replaced can say so, and whoever reaches the backplane: believed, it would keep this loop asking for ever.
   */
  async #mendHole(): Promise<void> {
    const claims = this.#claims;
    const { floor, head } = await this.refresh();
    if (floor < this.#next) {
      if (head < this.#next && claims === this.#claims) this.#announced = head;
      return;
    }
    await this.deps.applyStoredRevocations(this.tenantId);
    this.deps.warn(
      `Events ${this.#next} to ${floor} of tenant ${this.tenantId} are gone: its clients fetch their state anew.`,
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
