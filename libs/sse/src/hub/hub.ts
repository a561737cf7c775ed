import type { Principal, TenantId } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import type { CloseReason } from '@nest-herald/sse-protocol';
import type { Observable } from 'rxjs';
import { MAX_CONTROL_BYTES } from '../backplane/backplane.js';
import type { AdmissionSlot } from '../admission/admission-slot.js';
import type { Connection } from '../connection/connection.js';
import type { Subscription } from '../connection/subscription.js';
import type { EncodedEvent } from '../connection/output/encoded-event.js';
import { Heartbeats } from '../connection/timing/heartbeats.js';
import type { PreparedStream, StreamRequest } from '../connection/stream-request.js';
import { TimerWheel } from '../connection/timing/timer-wheel.js';
import { TurnScheduler } from '../connection/output/turn-scheduler.js';
import type { EphemeralEvent } from '../vocabulary/envelope.js';
import type { FollowedEvent } from '../vocabulary/event-map.js';
import { LatencyHistogram } from '../observability/latency-histogram.js';
import type { Transport } from '../presence/presence.js';
import type { Revocation } from '../vocabulary/revocation.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { AddressedEvent } from './addressed-event.js';
import { reportDelivery } from './report-delivery.js';
import { drainConnections } from './drain.js';
import { followEvents, type EventFilter } from './follow-events.js';
import { HubConnections, type ConnectionChoice } from './hub-connections.js';
import { collectStats, type HubStats } from './hub-stats.js';
import type { HubDeps } from './hub-deps.js';
import { HubMessageHandler } from './hub-message-handler.js';
import { HubLimits } from './hub-limits.js';
import { startParts, stopParts } from './hub-parts.js';
import { Listeners } from './listeners.js';
import { ControlRecordHandler, type ReauthorizeRecord } from './control-record-handler.js';
import { PresenceRecorder } from './presence/presence-recorder.js';
import { StreamOpener } from './stream-opener.js';
import { TenantFeeds } from './feed/tenant-feeds.js';
import type { TenantFeedDeps } from './feed/tenant-feed-deps.js';

const TICK_MS = 250;
const RATE_MS = 1_000;
const SWEEP_MS = 30_000;

/**
 * The connections of one server, and delivery to them.
 *
 * States: *new* → *running* (`start`) → *draining* (`drain`: refuses new streams, closes open ones) → *stopped* (`stop`).
 * Only the hub pushes to connections. Features publish durable events to the log, ephemeral ones with `publishEphemeral`.
 */
export class Hub {
  readonly nodeId: string;
  /**
   * Time from the creation of a durable event's row, in its publisher's transaction, until this process has delivered it to the
   * last of its connections. It counts once per event, without replays, and compares the log's clock with this machine's.
   */
  readonly commitToWire = new LatencyHistogram();
  readonly limits: HubLimits;
  readonly #deps: HubDeps;
  readonly #jitter: Jitter;
  readonly #wheel: TimerWheel;
  readonly #feeds: TenantFeeds;
  readonly #opener: StreamOpener;
  readonly #presence: PresenceRecorder;
  readonly #connections: HubConnections;
  readonly #controlRecords: ControlRecordHandler;
  readonly #onConnected = new Listeners<Connection>((error) => this.#warn('a listener for new connections', error));
  readonly #onReauthorize = new Listeners<ReauthorizeRecord>((error) => this.#warn('a listener for rights', error));
  readonly #onEvent = new Listeners<AddressedEvent>((error) => this.#warn('a listener for events', error));
  readonly #messages: HubMessageHandler;
  #state: 'new' | 'running' | 'draining' | 'stopped' = 'new';
  #timers: NodeJS.Timeout[] = [];

  constructor(deps: HubDeps) {
    const { clock, options } = deps;
    this.nodeId = deps.nodeId;
    this.#deps = deps;
    this.#jitter = new Jitter(deps.ids);
    this.#wheel = new TimerWheel(TICK_MS, clock.monotonicMs());
    this.#presence = new PresenceRecorder(deps.presence, deps.nodeId, this.#wheel, () => clock.monotonicMs());
    const failed = (what: string, error: unknown): void => this.#warn(what, error);
    const feedDeps: TenantFeedDeps = {
      options,
      log: deps.eventLog,
      clock,
      scheduler: new TurnScheduler(),
      wheel: this.#wheel,
      heartbeats: new Heartbeats(clock),
      jitter: this.#jitter,
      warn: (message) => deps.logger?.warn(message),
      onControlRecord: (tenantId, payload) => this.#controlRecords.handle(tenantId, payload),
      applyStoredRevocations: (tenantId) => this.#controlRecords.applyStoredRevocations(tenantId),
      onLeave: (connection) => this.#presence.closed(connection),
      onClosed: (connection) => this.#closed(connection),
      onEvent: (tenantId, event, taken) => this.#delivered(tenantId, event, taken),
    };
    this.#feeds = new TenantFeeds(feedDeps);
    this.#messages = new HubMessageHandler(deps.nodeId, this.#feeds, deps.eventLog, failed);
    this.#connections = new HubConnections(this.#feeds, deps.presence);
    this.limits = new HubLimits(deps, this.#jitter, this.#connections, failed);
    const reauthorize = (record: ReauthorizeRecord): void => this.#onReauthorize.call(record);
    this.#controlRecords = new ControlRecordHandler(
      deps.nodeId,
      this.#connections,
      deps.revocations,
      reauthorize,
      failed,
    );
    const opened = (connection: Connection): void => this.#opened(connection);
    this.#opener = new StreamOpener({ ...feedDeps, nodeId: deps.nodeId, ids: deps.ids, onOpened: opened }, this.#feeds);
  }

  get isRunning(): boolean {
    return this.#state === 'running' || this.#state === 'draining';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Starts presence, backplane and log. Resolves when streams can be prepared. When one fails, all are stopped. */
  async start(): Promise<void> {
    await startParts(this.#deps, this.#messages);
    this.#state = 'running';
    const every = (ms: number, run: () => void): NodeJS.Timeout => setInterval(run, ms).unref();
    this.#timers = [
      every(TICK_MS, () => this.#wheel.advance(this.#deps.clock.monotonicMs())),
      every(RATE_MS, () => this.#feeds.sampleRates()),
      every(SWEEP_MS, () => this.#sweep()),
    ];
  }

  /** Refuses new streams and closes the open ones over `drainMs`. Resolves when none is left. */
  async drain(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    await this.#deps.presence
      .setDraining(true)
      .catch((error: unknown) => this.#warn('setting presence to draining', error));
    await drainConnections(() => this.#connections.all(), this.#deps.options, this.#jitter);
  }

  /** Stops at once and resets the open connections. Later calls do nothing. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    for (const timer of this.#timers) clearInterval(timer);
    for (const connection of this.#connections.all()) connection.reset();
    this.#presence.stop();
    this.limits.stop();
    this.#feeds.stop();
    await stopParts(this.#deps, this.#messages);
  }

  /**
   * Admits one connection by the limits of all servers (P100). It returns a promise only when it must read remote counts.
   * @param device the device as presence shows it.
   * @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity` | `draining`.
   */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    this.#requireOpen();
    return this.limits.admit(principal, transport, device);
  }

  /**
   * Does everything of opening a stream that can fail. A bad cursor is never an error. When it throws, it has released the slot.
   * @throws SseRefusal 401 `invalid_token` for a token that has just been revoked, 503 `draining`; what the log or the
   * revocation store throws.
   */
  async prepare(request: StreamRequest): Promise<PreparedStream> {
    try {
      this.#requireOpen();
    } catch (refusal) {
      request.slot.release();
      throw refusal;
    }
    const prepared = await this.#opener.prepare(request);
    // The request was authenticated before this feed opened, so a revocation may have come in between.
    if (!this.#controlRecords.isRevoked(request.principal)) return prepared;
    prepared.abandon();
    throw new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.' });
  }

  /** Sends an event to the hubs of all servers, this one included. */
  publishEphemeral(event: EphemeralEvent): void {
    this.#deps.backplane.publish({ kind: 'ephemeral', event });
  }

  /**
   * Live events of a tenant for followers in this process, with ephemeral ones and without control events.
   * @throws SseError `ERR_SSE_INVALID_TOPIC`
   */
  events(tenantId: TenantId, filter: EventFilter): Observable<FollowedEvent> {
    return followEvents(this.#feeds, this.#deps.presence, tenantId, filter);
  }

  find(connectionId: string): Connection | undefined {
    return this.#connections.find(connectionId);
  }

  /** Connections of a tenant that take events. */
  connections(tenantId: TenantId): readonly Connection[] {
    return this.#connections.choose(tenantId);
  }

  /** @returns the number of connections that are being closed. */
  close(tenantId: TenantId, which: ConnectionChoice, reason: CloseReason): number {
    return this.#connections.close(tenantId, which, reason);
  }

  /** Replaces the subscription of an open connection. */
  resubscribe(connection: Connection, subscription: Subscription): void {
    this.#connections.resubscribe(connection, subscription);
  }

  /** Calls back for each new connection except polls, after `connected`. @returns a function that removes the listener. */
  onConnected(listener: (connection: Connection) => void): () => void {
    return this.#onConnected.add(listener);
  }

  /**
   * Calls back for each event of every tenant that is active in this process, after its delivery. It serves code that reacts to
   * the address of an event, without a subscription per user. Listeners must be fast.
   * @returns a function that removes the listener.
   */
  onEvent(listener: (event: AddressedEvent) => void): () => void {
    return this.#onEvent.add(listener);
  }

  /** Calls back for each control message to this server or to all. @returns a function that removes the listener. */
  onControl(listener: (text: string) => void): () => void {
    return this.#messages.control.add(listener);
  }

  /** Calls back when another server reports changed rights. @returns a function that removes the listener. */
  onReauthorize(listener: (record: ReauthorizeRecord) => void): () => void {
    return this.#onReauthorize.add(listener);
  }

  /** Closes revoked connections at once. Independently, all servers do so when they read the control record of the log. */
  closeRevoked(revocation: Revocation): void {
    this.#controlRecords.closeRevoked(revocation);
  }

  /**
   * Sends a control message to another server, or with `to: null` to all servers, this one included. It may be lost, and it may
   * be forged by anyone with access to the backplane, so it proves nothing.
   * @throws TypeError beyond {@link MAX_CONTROL_BYTES}.
   */
  sendControl(to: string | null, text: string): void {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_CONTROL_BYTES) {
      throw new TypeError(`The control message has ${bytes} bytes. The limit is ${MAX_CONTROL_BYTES}.`);
    }
    this.#deps.backplane.publish({ kind: 'control', to, text });
  }

  /** @param tenantId null counts the whole process. */
  stats(tenantId: TenantId | null): HubStats {
    return collectStats(this.#feeds, tenantId);
  }

  #requireOpen(): void {
    if (this.#state === 'running') return;
    throw new SseRefusal(503, 'draining', {
      detail: 'This server accepts no new streams now. Retry: another server answers, or this one after its restart.',
      retryAfterMs: this.#jitter.between(1_000, 5_000),
    });
  }

  #opened(connection: Connection): void {
    this.#connections.add(connection);
    this.#presence.opened(connection);
    this.limits.opened(connection);
    // Polls are left out, because a poll ends with its first event.
    if (connection.transport !== 'poll') this.#onConnected.call(connection);
    // The stream may have been prepared before the drain began and attached after it.
    if (this.#state !== 'running') connection.close('shutdown');
    if (this.#controlRecords.isRevoked(connection.principal)) connection.close('revoked');
  }

  #delivered(tenantId: TenantId, event: EncodedEvent, taken: number): void {
    reportDelivery(tenantId, event, taken, this.#deps.clock, this.commitToWire);
    if (this.#onEvent.isEmpty) return;
    const { type, audience, recipients, position } = event;
    this.#onEvent.call({ tenantId, type, audience, recipients, isDurable: position !== null });
  }

  #closed(connection: Connection): void {
    this.#connections.remove(connection);
    this.#feeds.get(connection.tenantId)?.release();
  }

  /** Closes connections whose end no event reported, and drops idle rates and feeds. */
  #sweep(): void {
    this.#connections.sweep().catch((error: unknown) => this.#warn('the sweep', error));
    this.limits.sweep();
    this.#feeds.sweep();
  }

  #warn(what: string, error: unknown): void {
    this.#deps.logger?.warn(`The hub continues after a failure in ${what}: ${String(error)}`);
  }
}
