import { formatPosition, type CloseReason, type ProblemCode, type ResyncReason } from '@nest-herald/sse-protocol';
import type { AudienceKey } from '../vocabulary/audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import type { AdmissionSlot } from '../admission/admission-slot.js';
import type { ConnectionGrant } from './connection-grant.js';
import { ConnectionHeartbeat } from './connection-heartbeat.js';
import type { ConnectionHost } from './connection-host.js';
import { nextState, type ConnectionState } from './connection-state.js';
import { ConnectionTimers, type TimedConnection } from './timing/connection-timers.js';
import {
  closeFrame,
  connectedFrame,
  expiringFrame,
  problemFrame,
  resyncFrame,
  type CloseOptions,
} from './control-frames.js';
import type { BucketMember, DenseBucket } from './dense-bucket.js';
import { encodeEphemeral, type EncodedEvent } from './output/encoded-event.js';
import type { FrameSink } from './output/frame-sink.js';
import { endAfterClose, resetAfterClose } from './end-stream.js';
import { OutboundQueue, type QueueOwner } from './output/outbound-queue.js';
import { PendingEvents } from './output/pending-events.js';
import { SubscriptionFilter } from './subscription-filter.js';
import type { StreamStart } from './stream-start.js';
import type { Subscription } from './subscription.js';
import type { TurnTask } from './output/turn-scheduler.js';

/** A replay waits for the client while more than this is queued. */
const REPLAY_AHEAD_BYTES = 64 * 1024;

/**
 * One open response and its subscription. `PreparedStream.attach` creates it; `connection-state.ts` lists its states.
 *
 * Guarantees: durable events leave in strictly ascending `seq` (P21), each once. Nothing leaves after a `close`. Slot, timers,
 * index entries and presence are released exactly once, whatever ends the stream.
 */
export class Connection implements BucketMember<Connection>, QueueOwner, TimedConnection, TurnTask {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly transport: Transport;
  readonly device: string;
  readonly since: Date;
  readonly slot: AdmissionSlot;
  buckets: readonly DenseBucket<Connection>[] = [];
  indexes: number[] = [];
  /** Number of the last delivery that reached it, so that a delivery over several buckets reaches it once. */
  lastDelivery = 0;

  #state: ConnectionState = 'replaying';
  #principal: Principal;
  #filter: SubscriptionFilter;
  #denied: readonly string[];
  #lastSeq = 0;
  #pending: PendingEvents | null = null;
  #hasLeft = false;
  #closedListeners: (() => void)[] | null = null;
  readonly #queue: OutboundQueue;
  readonly #heartbeat: ConnectionHeartbeat;
  readonly #timers: ConnectionTimers;

  constructor(
    readonly id: string,
    grant: ConnectionGrant,
    private readonly sink: FrameSink,
    private readonly host: ConnectionHost<Connection>,
  ) {
    this.tenantId = grant.principal.tenantId;
    this.userId = grant.principal.userId;
    this.transport = grant.transport;
    this.device = grant.device;
    this.since = host.clock.now();
    this.slot = grant.slot;
    this.#principal = grant.principal;
    this.#filter = new SubscriptionFilter([this.userId], grant.keys, grant.topics);
    this.#denied = grant.denied;
    this.#queue = new OutboundQueue(sink, host.scheduler, host.options, this);
    this.#heartbeat = new ConnectionHeartbeat(host, this.#queue, grant.heartbeat);
    this.#timers = new ConnectionTimers(this, host.wheel, host.clock, host.jitter, host.options);
  }

  get state(): ConnectionState {
    return this.#state;
  }
  get principal(): Principal {
    return this.#principal;
  }
  get filter(): SubscriptionFilter {
    return this.#filter;
  }
  /** Audience keys without topics; `topics` has the topics and patterns. */
  get keys(): readonly AudienceKey[] {
    return this.#filter.keys;
  }
  get topics(): readonly string[] {
    return this.#filter.topics;
  }
  get denied(): readonly string[] {
    return this.#denied;
  }
  /** `seq` of the last event that the client has, or was moved past. */
  get lastSeq(): number {
    return this.#lastSeq;
  }
  /** The position that the client would resume from now. */
  get position(): string {
    const seq = this.#state === 'live' ? Math.max(this.#lastSeq, this.host.head) : this.#lastSeq;
    return formatPosition(this.host.epoch, seq);
  }
  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }
  get socket(): FrameSink['socket'] {
    return this.sink.socket;
  }

  /** Writes `connected` (P30 – P32) in the one tick of `attach`. @returns whether a replay must follow. */
  begin(start: StreamStart, extra: Readonly<Record<string, unknown>> | null = null): boolean {
    const { host } = this;
    this.sink.onGone(() => this.#handleGone());
    host.traffic.connected();
    this.#lastSeq = start.resume === 'replay' ? start.after : host.head;
    this.#queue.push(connectedFrame(this, start.resume, this.#lastSeq, host, extra));
    if (start.resume === 'reset') this.resync(start.reason);
    if (start.resume === 'replay') host.traffic.replayBegan();
    this.#timers.start(this.#principal.expiresAt);
    if (start.resume === 'replay' && start.after < host.head) return true;
    this.goLive();
    return false;
  }

  /** The hot path, called for every event addressed to this connection. @returns whether it took the event. */
  deliver(event: EncodedEvent): boolean {
    if (this.#state === 'live') {
      if (event.seq !== 0) {
        if (event.seq <= this.#lastSeq) return false;
        this.#lastSeq = event.seq;
      }
      this.#queue.push(event);
      return true;
    }
    if (this.#state !== 'replaying') return false;
    if (event.seq === 0) this.#queue.push(event);
    else (this.#pending ??= new PendingEvents(this.host.options.maxQueuedBytes)).add(event);
    return true;
  }

  /** Sends an event without id to this connection only. */
  sendEphemeral(type: string, payload: string, conflationKey?: string): void {
    const key = conflationKey === undefined ? {} : { conflationKey };
    const event = encodeEphemeral({ audience: '', recipients: null, type, payload, ...key });
    if (this.deliver(event)) this.host.traffic.sent(1, event.chunk.length);
  }

  /** Sends one event of the replay. @returns false when it was sent before. */
  replay(event: EncodedEvent): boolean {
    if (this.#state !== 'replaying' || event.seq <= this.#lastSeq) return false;
    this.#lastSeq = event.seq;
    this.#queue.push(event);
    this.host.traffic.sent(1, event.chunk.length);
    this.host.traffic.replayed(1);
    return true;
  }

  /** @returns null when the replay may go on at once, else a promise for when the client has read enough or it closes. */
  whenWritable(): Promise<void> | null {
    if (this.#queue.queuedBytes < REPLAY_AHEAD_BYTES && !this.#queue.isBlocked) return null;
    return new Promise((resolve) => this.#queue.whenWritable(resolve));
  }

  /** @returns whether live events were dropped since the last call. The replay must then read on to the new head. */
  takePendingOverflow(): boolean {
    return this.#pending?.takeOverflow() ?? false;
  }

  /** Ends the replay in one tick: sends the live events that arrived during it, then delivers live (P51). */
  goLive(): void {
    if (this.#state !== 'replaying') return;
    const pending = this.#pending?.take() ?? [];
    this.#pending = null;
    this.#state = nextState(this.#state, 'caughtUp');
    for (const event of pending) {
      // The connection may have lost the right to see the event while it was pending.
      if (this.#filter.matches(event)) this.deliver(event);
    }
    this.sink.caughtUp?.();
  }

  /** Jumps to the head. The client fetches its state again and continues live (P37). */
  resync(reason: ResyncReason): void {
    if (this.#state !== 'replaying' && this.#state !== 'live') return;
    this.#pending?.take();
    this.#lastSeq = this.host.head;
    this.#queue.push(resyncFrame(reason, this.host.epoch, this.#lastSeq));
    this.host.traffic.resynced();
    this.goLive();
  }

  /** Replaces its subscription. The feed moves it in the index in the same tick. */
  applySubscription(subscription: Subscription): void {
    this.#filter = new SubscriptionFilter([this.userId], subscription.keys, subscription.topics);
    if (subscription.denied !== undefined) this.#denied = subscription.denied;
    if (subscription.principal === undefined) return;
    this.#principal = subscription.principal;
    this.#timers.setTokenEnd(subscription.principal.expiresAt);
  }

  /** Sends a `problem` event: the stream continues with less than was granted (P39). It changes nothing else. */
  sendProblem(code: ProblemCode, detail: string): void {
    if (this.#state === 'replaying' || this.#state === 'live') this.#queue.push(problemFrame(code, detail));
  }

  /** Sends a `close` event (P33), then ends the stream. Later calls do nothing. */
  close(reason: CloseReason, options: CloseOptions = {}): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#state = nextState(this.#state, 'close');
    this.#pending = null;
    this.#queue.wakeWaiters();
    const frame = closeFrame(reason, options, this.host.options, this.host.jitter);
    if (reason === 'slow_consumer') {
      this.host.traffic.slowConsumer();
      // The delivery that found the slow client iterates over the index, so the connection leaves at the end of the turn.
      this.host.scheduler.defer(this);
      resetAfterClose(frame, this.#queue, this.sink, this.#timers);
    } else {
      this.#leave();
      endAfterClose(frame, this.#queue, this.sink, this.#timers);
    }
  }

  /** Drops the response at once, without waiting for the client to read the `close` event. */
  reset(): void {
    this.close('shutdown');
    this.sink.reset();
  }

  /** Closes the connection when its response is gone but no event reported it. @returns whether it was. */
  sweep(): boolean {
    if (this.#state === 'closed' || !this.sink.isGone) return false;
    this.#handleGone();
    return true;
  }

  /** Calls back once, when the connection is closed and has released everything; at once if it already is. */
  onClosed(listener: () => void): void {
    if (this.#state === 'closed') listener();
    else (this.#closedListeners ??= []).push(listener);
  }

  onHeartbeatDue(): void {
    const seq = this.#heartbeat.send(this.#state === 'live', this.#lastSeq);
    if (seq === null) this.close('slow_consumer');
    else this.#lastSeq = seq;
  }

  onTokenExpiring(): void {
    this.#queue.push(expiringFrame(this.#principal.expiresAt));
  }

  onOverflow(): void {
    this.close('slow_consumer');
  }

  onProgress(): void {
    this.#heartbeat.progress();
  }

  onDropped(count: number): void {
    this.host.traffic.dropped(count);
  }

  endTurn(): void {
    this.#leave();
  }

  /** Releases slot, index entries and presence. The response may still be open. */
  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.slot.release();
    this.host.leave(this);
    this.host.traffic.disconnected();
  }

  #handleGone(): void {
    if (this.#state === 'closed') return;
    this.#state = nextState(this.#state, 'gone');
    this.#pending = null;
    this.#timers.stop();
    this.#queue.clear();
    this.#queue.wakeWaiters();
    this.#leave();
    this.host.closed(this);
    const listeners = this.#closedListeners ?? [];
    this.#closedListeners = null;
    for (const listener of listeners) listener();
  }
}
