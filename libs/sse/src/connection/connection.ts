import { formatPosition, type CloseReason, type ProblemCode, type ResyncReason } from '@nest-herald/sse-protocol';
import type { AudienceKey } from '../vocabulary/audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import type { AdmissionSlot } from '../admission/admission-slot.js';
import type { ConnectionHost } from './connection-host.js';
import { nextState, type ConnectionState } from './connection-state.js';
import { ConnectionTimers, type TimedConnection } from './timing/connection-timers.js';
import {
  closeFrame,
  connectedFrame,
  cursorFrame,
  expiringFrame,
  problemFrame,
  resyncFrame,
  type CloseOptions,
} from './control-frames.js';
import type { BucketMember, DenseBucket } from './dense-bucket.js';
import { encodeEphemeral, type EncodedEvent } from './output/encoded-event.js';
import { Ending, type Endable } from './ending.js';
import type { FrameSink } from './output/frame-sink.js';
import { endAfterClose, resetAfterClose } from './end-stream.js';
import type { ConnectionGrant } from './connection-grant.js';
import { SubscriptionFilter, type Addressed } from './subscription-filter.js';
import { OutboundQueue, type QueueOwner } from './output/outbound-queue.js';
import { PendingEvents } from './output/pending-events.js';
import { HeartbeatPolicy } from './timing/heartbeat-policy.js';
import { peerOf } from './timing/silent-peers.js';
import type { StreamStart } from './stream-start.js';
import type { Subscription } from './subscription.js';
import type { TurnTask } from './output/turn-scheduler.js';

export type { CloseOptions } from './control-frames.js';

/** A replay waits for the client when more than this waits to be written. */
const REPLAY_AHEAD_BYTES = 64 * 1024;

/**
 * One open response and everything about its holder. Made by `PreparedStream.attach`; states: see `connection-state.ts`.
 *
 * Guarantees: durable events leave in strictly ascending `seq` (P21), each once; nothing leaves behind a `close`; slot,
 * timers, index places and presence are given back exactly once, whoever ends the stream.
 */
export class Connection implements BucketMember<Connection>, Endable, QueueOwner, TimedConnection, TurnTask {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly transport: Transport;
  readonly device: string;
  readonly since: Date;
  buckets: readonly DenseBucket<Connection>[] = [];
  indexes: number[] = [];
  /** Number of the last walk that met it, so that a walk over several buckets meets it once. */
  walk = 0;

  #state: ConnectionState = 'replaying';
  #principal: Principal;
  #interest: SubscriptionFilter;
  #denied: readonly string[];
  #lastSeq = 0;
  #pending: PendingEvents | null = null;
  readonly #pulse: HeartbeatPolicy;
  readonly #ending: Ending;
  readonly #slot: AdmissionSlot;
  readonly #heartbeat: 'event' | 'comment';
  readonly #queue: OutboundQueue;
  readonly #timers: ConnectionTimers;

  constructor(
    id: string,
    holder: ConnectionGrant,
    private readonly sink: FrameSink,
    private readonly host: ConnectionHost<Connection>,
  ) {
    this.id = id;
    this.tenantId = holder.principal.tenantId;
    this.userId = holder.principal.userId;
    this.transport = holder.transport;
    this.device = holder.device;
    this.since = host.clock.now();
    this.#principal = holder.principal;
    this.#interest = new SubscriptionFilter([this.userId], holder.keys, holder.topics);
    this.#denied = holder.denied;
    this.#slot = holder.slot;
    this.#heartbeat = holder.heartbeat;
    this.#pulse = new HeartbeatPolicy(host.options.idleTimeoutMs, host.clock.monotonicMs());
    this.#ending = new Ending(this);
    this.#queue = new OutboundQueue(sink, host.scheduler, host.options, this);
    this.#timers = new ConnectionTimers(this, host.wheel, host.clock, host.jitter, host.options);
  }

  get state(): ConnectionState {
    return this.#state;
  }
  get principal(): Principal {
    return this.#principal;
  }
  get filter(): SubscriptionFilter {
    return this.#interest;
  }
  /** Audience keys without topics. */
  get keys(): readonly AudienceKey[] {
    return this.#interest.keys;
  }
  /** Topics and patterns it follows. */
  get topics(): readonly string[] {
    return this.#interest.topics;
  }
  get denied(): readonly string[] {
    return this.#denied;
  }
  /** Number of the last event that the client has or has been moved past. */
  get lastSeq(): number {
    return this.#lastSeq;
  }
  /** The position a client would resume from now. */
  get position(): string {
    const seq = this.#state === 'live' ? Math.max(this.#lastSeq, this.host.head) : this.#lastSeq;
    return formatPosition(this.host.epoch, seq);
  }
  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }
  /** Whether this is the slot that it holds. */
  holds(slot: AdmissionSlot): boolean {
    return this.#slot === slot;
  }

  /**
   * Writes `connected` (P30 – P32) and what belongs right behind it. Part of the one tick of `attach`.
   * @returns whether a replay must follow.
   */
  begin(start: StreamStart, extra: Readonly<Record<string, unknown>> | null = null): boolean {
    const { host } = this;
    this.sink.onGone(() => this.#gone());
    this.host.traffic.connected();
    this.#lastSeq = start.resume === 'replay' ? start.after : host.head;
    this.#queue.push(connectedFrame(this, start.resume, this.#lastSeq, host, extra));
    if (start.resume === 'reset') this.resync(start.reason);
    if (start.resume === 'replay') host.traffic.replayBegan();
    this.#timers.start(this.#principal.expiresAt);
    if (start.resume === 'replay' && start.after < host.head) return true;
    this.goLive();
    return false;
  }

  /**
   * The hot path: called for every event that the index finds for this connection.
   * @returns whether it was taken.
   */
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
    const event = encodeEphemeral({
      audience: '',
      recipients: null,
      type,
      payload,
      ...(conflationKey === undefined ? {} : { conflationKey }),
    });
    if (this.deliver(event)) this.host.traffic.sent(1, event.chunk.length);
  }

  /** Whether the holder may see an event now. */
  maySee(event: Addressed): boolean {
    return this.#interest.matches(event);
  }

  /** One event of the replay. @returns false when it was sent before. */
  replay(event: EncodedEvent): boolean {
    if (this.#state !== 'replaying' || event.seq <= this.#lastSeq) return false;
    this.#lastSeq = event.seq;
    this.#queue.push(event);
    this.host.traffic.sent(1, event.chunk.length);
    this.host.traffic.replayed(1);
    return true;
  }

  /** Resolves when the client has room for more, or when the connection is closing. */
  whenWritable(): Promise<void> | null {
    if (this.#queue.queuedBytes < REPLAY_AHEAD_BYTES && !this.#queue.isBlocked) return null;
    return new Promise((resolve) => this.#queue.whenWritable(resolve));
  }

  /** Whether live events were dropped during the replay, which must then read on to the new head. Clears the mark. */
  takePendingOverflow(): boolean {
    return this.#pending?.takeOverflow() ?? false;
  }

  /** The end of the replay, in one tick: what came live meanwhile, then live (P51). */
  goLive(): void {
    if (this.#state !== 'replaying') return;
    const pending = this.#pending?.take() ?? [];
    this.#pending = null;
    this.#state = nextState(this.#state, 'caughtUp');
    for (const event of pending) {
      // Rights may have narrowed while it waited.
      if (this.#interest.matches(event)) this.deliver(event);
    }
    this.sink.caughtUp?.();
  }

  /** Jumps to the head: the client fetches its state anew and goes on live (P37). */
  resync(reason: ResyncReason): void {
    if (this.#state !== 'replaying' && this.#state !== 'live') return;
    this.#pending?.take();
    this.#lastSeq = this.host.head;
    this.#queue.push(resyncFrame(reason, this.host.epoch, this.#lastSeq));
    this.host.traffic.resynced();
    this.goLive();
  }

  /** Changes what it sees. The hub moves it in the index in the same tick. */
  adopt(subscription: Subscription): void {
    this.#interest = new SubscriptionFilter([this.userId], subscription.keys, subscription.topics);
    if (subscription.denied !== undefined) this.#denied = subscription.denied;
    if (subscription.principal === undefined) return;
    this.#principal = subscription.principal;
    this.#timers.setTokenEnd(subscription.principal.expiresAt);
  }

  /** Tells the page that the stream goes on with less than it was granted (P39). Nothing of the stream changes. */
  sendProblem(code: ProblemCode, detail: string): void {
    if (this.#state === 'replaying' || this.#state === 'live') this.#queue.push(problemFrame(code, detail));
  }

  /** `close` event (P33), then the end of the stream. The second and later calls do nothing. */
  close(reason: CloseReason, options: CloseOptions = {}): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#state = nextState(this.#state, 'close');
    this.#pending = null;
    this.#queue.wakeWaiters();
    const goodbye = closeFrame(reason, options, this.host.options, this.host.jitter);
    if (reason === 'slow_consumer') {
      this.host.traffic.slowConsumer();
      // The index must not change under the walk that found the slow client, so leaving waits for the end of the turn.
      this.host.scheduler.defer(this);
      resetAfterClose(goodbye, this.#queue, this.sink, this.#timers);
    } else {
      this.#ending.leave();
      endAfterClose(goodbye, this.#queue, this.sink, this.#timers);
    }
  }

  /** Drops the response at once, without a goodbye. */
  reset(): void {
    this.close('shutdown');
    this.sink.reset();
  }

  /** Looks whether the response is gone and nobody has said so. @returns whether it was. */
  sweep(): boolean {
    if (this.#state === 'closed' || !this.sink.isGone) return false;
    this.#gone();
    return true;
  }

  /** Drops the response when its client is one of those who vanished without a word. @returns whether it did. */
  resetIfSilent(silent: ReadonlySet<string>): boolean {
    const { socket } = this.sink;
    if (socket === null || socket === undefined || !silent.has(peerOf(socket) ?? '')) return false;
    this.reset();
    return true;
  }

  /** Calls back once, when the connection is closed and everything it held was given back; at once if it is already. */
  onClosed(listener: () => void): void {
    this.#ending.onFinish(listener);
  }

  onHeartbeatDue(): void {
    const { clock, options, epoch, head, heartbeats } = this.host;
    const isBehind = this.#state === 'live' && head > this.#lastSeq;
    const action = this.#pulse.decide({ nowMs: clock.monotonicMs(), isBlocked: this.#queue.isBlocked, isBehind });
    if (action === 'give up') this.close('slow_consumer');
    if (action === 'give up' || action === 'wait') return;
    if (action === 'cursor and beat') {
      this.#lastSeq = head;
      this.#queue.push(cursorFrame(epoch, head));
    }
    if (options.heartbeatIntervalMs > 0) this.#queue.push(heartbeats.current(this.#heartbeat));
  }

  onTokenExpiring(): void {
    this.#queue.push(expiringFrame(this.#principal.expiresAt));
  }

  onTokenEnded(): void {
    this.close('token_expired');
  }

  onTooOld(): void {
    this.close('limit', { reconnect: true });
  }

  onDeadline(): void {
    this.sink.reset();
  }

  onOverflow(): void {
    this.close('slow_consumer');
  }

  onProgress(): void {
    this.#pulse.progress();
  }

  onDropped(count: number): void {
    this.host.traffic.dropped(count);
  }

  endTurn(): void {
    this.#ending.leave();
  }

  giveBack(): void {
    this.#slot.release();
    this.host.leave(this);
    this.host.traffic.disconnected();
  }

  #gone(): void {
    if (this.#state === 'closed') return;
    this.#state = nextState(this.#state, 'gone');
    this.#pending = null;
    this.#timers.stop();
    this.#queue.clear();
    this.#queue.wakeWaiters();
    this.#ending.leave();
    this.host.closed(this);
    this.#ending.finish();
  }
}
