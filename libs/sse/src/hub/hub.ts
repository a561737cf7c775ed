import { Jitter, type Principal, type TenantId } from '@nest-herald/platform';
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
import type { TenantFeedDeps } from './feed/tenant-feed.js';

export type { Subscription } from '../connection/subscription.js';
export type { AddressedEvent } from './addressed-event.js';
export type { EventFilter } from './follow-events.js';
export type { ConnectionChoice } from './hub-connections.js';
export type { HubDeps } from './hub-deps.js';
export type { ReauthorizeRecord } from './control-record-handler.js';

const TICK_MS = 250;
const RATE_MS = 1_000;
const SWEEP_MS = 30_000;

/**
 * All connections of one process, and the way of every event to them.
 *
 * States: *new* → *running* (`start`) → *draining* (`drain`: nothing new, the open streams say goodbye) → *stopped* (`stop`).
 * Only the hub pushes to connections; features publish to the log, and what needs no place there through `publishEphemeral`.
 */
export class Hub {
  readonly nodeId: string;
  /**
   * Time from the row of a durable event, written in its publisher's transaction, until it was handed to the last of this
   * process's connections; once per event, replays not counted. It compares two clocks: the log's and this machine's.
   */
  readonly commitToWire = new LatencyHistogram();
  readonly limits: HubLimits;
  readonly #deps: HubDeps;
  readonly #jitter: Jitter;
  readonly #wheel: TimerWheel;
  readonly #tenants: TenantFeeds;
  readonly #opener: StreamOpener;
  readonly #presence: PresenceRecorder;
  readonly #connections: HubConnections;
  readonly #marks: ControlRecordHandler;
  readonly #onConnected = new Listeners<Connection>((error) => this.#warn('a listener for new connections', error));
  readonly #onReauthorize = new Listeners<ReauthorizeRecord>((error) => this.#warn('a listener for rights', error));
  readonly #onEvent = new Listeners<AddressedEvent>((error) => this.#warn('a listener for events', error));
  readonly #inbox: HubMessageHandler;
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
    const tenantDeps: TenantFeedDeps = {
      options,
      log: deps.eventLog,
      clock,
      scheduler: new TurnScheduler(),
      wheel: this.#wheel,
      heartbeats: new Heartbeats(clock),
      jitter: this.#jitter,
      warn: (message) => deps.logger?.warn(message),
      onControlRecord: (tenantId, payload) => this.#marks.read(tenantId, payload),
      applyStoredRevocations: (tenantId) => this.#marks.applyStoredRevocations(tenantId),
      onLeave: (connection) => this.#presence.closed(connection),
      onClosed: (connection) => this.#closed(connection),
      onEvent: (tenantId, event, taken) => this.#passed(tenantId, event, taken),
    };
    this.#tenants = new TenantFeeds(tenantDeps);
    this.#inbox = new HubMessageHandler(deps.nodeId, this.#tenants, deps.eventLog, failed);
    this.#connections = new HubConnections(this.#tenants, deps.presence);
    this.limits = new HubLimits(deps, this.#jitter, this.#connections, failed);
    const look = (mark: ReauthorizeRecord): void => this.#onReauthorize.call(mark);
    this.#marks = new ControlRecordHandler(deps.nodeId, this.#connections, deps.revocations, look, failed);
    const opened = (connection: Connection): void => this.#opened(connection);
    this.#opener = new StreamOpener(
      { ...tenantDeps, nodeId: deps.nodeId, ids: deps.ids, onOpened: opened },
      this.#tenants,
    );
  }

  get isRunning(): boolean {
    return this.#state === 'running' || this.#state === 'draining';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Starts presence, backplane and log, in this order; resolves when streams can be prepared. Whatever one throws, the others are stopped. */
  async start(): Promise<void> {
    await startParts(this.#deps, this.#inbox);
    this.#state = 'running';
    const every = (ms: number, run: () => void): NodeJS.Timeout => setInterval(run, ms).unref();
    this.#timers = [
      every(TICK_MS, () => this.#wheel.advance(this.#deps.clock.monotonicMs())),
      every(RATE_MS, () => this.#tenants.sampleRates()),
      every(SWEEP_MS, () => this.#sweep()),
    ];
  }

  /** Refuses new streams, closes the open ones over `drainMs`, resolves when none is left. */
  async drain(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'draining';
    await this.#deps.presence
      .setDraining(true)
      .catch((error: unknown) => this.#warn('setting presence to draining', error));
    await drainConnections(() => this.#connections.all(), this.#deps.options, this.#jitter);
  }

  /** Stops at once; what is still open is reset. Later calls do nothing. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    for (const timer of this.#timers) clearInterval(timer);
    for (const connection of this.#connections.all()) connection.reset();
    this.#presence.stop();
    this.limits.stop();
    this.#tenants.stop();
    await stopParts(this.#deps, this.#inbox);
  }

  /**
   * A place for one connection, over all nodes (P100); a promise only where other nodes are asked.
   * @param device as presence shows it.
   * @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity` | `draining`.
   */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    this.#requireOpen();
    return this.limits.admit(principal, transport, device);
  }

  /**
   * Everything that can fail. Never throws for a bad cursor. Whatever it throws, the slot is given back.
   * @throws SseRefusal 401 `invalid_token` for a token that was revoked meanwhile, 503 `draining`; whatever log and
   * revocations throw.
   */
  async prepare(request: StreamRequest): Promise<PreparedStream> {
    try {
      this.#requireOpen();
    } catch (refusal) {
      request.slot.release();
      throw refusal;
    }
    const prepared = await this.#opener.prepare(request);
    // The request was identified before this process followed the tenant's log, and may have been outrun since.
    if (!this.#marks.isRevoked(request.principal)) return prepared;
    prepared.abandon();
    throw new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.' });
  }

  /** Hands an event to the hubs of all nodes, this one included. */
  publishEphemeral(event: EphemeralEvent): void {
    this.#deps.backplane.publish({ kind: 'ephemeral', event });
  }

  /**
   * Live events of a tenant for followers in this process; ephemeral ones included, control events not.
   * @throws SseError `ERR_SSE_INVALID_TOPIC`
   */
  events(tenantId: TenantId, filter: EventFilter): Observable<FollowedEvent> {
    return followEvents(this.#tenants, this.#deps.presence, tenantId, filter);
  }

  find(connectionId: string): Connection | undefined {
    return this.#connections.find(connectionId);
  }

  /** Connections of a tenant that take events. */
  connections(tenantId: TenantId): readonly Connection[] {
    return this.#connections.choose(tenantId);
  }

  /** @returns how many connections are being closed. */
  close(tenantId: TenantId, which: ConnectionChoice, reason: CloseReason): number {
    return this.#connections.close(tenantId, which, reason);
  }

  /** Changes what one open connection sees, in place. */
  resubscribe(connection: Connection, subscription: Subscription): void {
    this.#connections.resubscribe(connection, subscription);
  }

  /** Calls back for each new connection but polls, right behind its `connected` block. @returns a function that ends it. */
  onConnected(listener: (connection: Connection) => void): () => void {
    return this.#onConnected.add(listener);
  }

  /**
   * Calls back for each event of every tenant that is active in this process, behind its delivery: for code that reacts to
   * whom an event concerns, without a subscription per person. Listeners must be quick. @returns a function that ends it.
   */
  onEvent(listener: (event: AddressedEvent) => void): () => void {
    return this.#onEvent.add(listener);
  }

  /** Calls back for each control message to this node or to all. @returns a function that ends it. */
  onControl(listener: (text: string) => void): () => void {
    return this.#inbox.control.add(listener);
  }

  /** Calls back when another node says that rights changed. @returns a function that ends it. */
  onReauthorize(listener: (mark: ReauthorizeRecord) => void): () => void {
    return this.#onReauthorize.add(listener);
  }

  /** Closes at once what a revocation concerns; the log tells it to all nodes, this one included, in its place. */
  closeRevoked(revocation: Revocation): void {
    this.#marks.closeRevoked(revocation);
  }

  /**
   * Tells another node, or with `to: null` all nodes, this one included. It may be lost, and anybody who reaches the
   * backplane can send the like: what it says is no proof of anything.
   * @throws TypeError beyond {@link MAX_CONTROL_BYTES}.
   */
  sendControl(to: string | null, text: string): void {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_CONTROL_BYTES) {
      throw new TypeError(`A control message has at most ${MAX_CONTROL_BYTES} bytes; this one has ${bytes}.`);
    }
    this.#deps.backplane.publish({ kind: 'control', to, text });
  }

  /** @param tenantId null counts the whole process. */
  stats(tenantId: TenantId | null): HubStats {
    return collectStats(this.#tenants, tenantId);
  }

  #requireOpen(): void {
    if (this.#state === 'running') return;
    throw new SseRefusal(503, 'draining', {
      detail: 'This node takes no streams now. Try again; another node answers, or this one after its restart.',
      retryAfterMs: this.#jitter.between(1_000, 5_000),
    });
  }

  #opened(connection: Connection): void {
    this.#connections.add(connection);
    this.#presence.opened(connection);
    this.limits.opened(connection);
    // A greeting would end a poll before it waited.
    if (connection.transport !== 'poll') this.#onConnected.call(connection);
    // Prepared before the drain began, attached after it.
    if (this.#state !== 'running') connection.close('shutdown');
    if (this.#marks.isRevoked(connection.principal)) connection.close('revoked');
  }

  #passed(tenantId: TenantId, event: EncodedEvent, taken: number): void {
    reportDelivery(tenantId, event, taken, this.#deps.clock, this.commitToWire);
    if (this.#onEvent.isEmpty) return;
    const { type, audience, recipients, position } = event;
    this.#onEvent.call({ tenantId, type, audience, recipients, isDurable: position !== null });
  }

  #closed(connection: Connection): void {
    this.#connections.remove(connection);
    this.#tenants.get(connection.tenantId)?.release();
  }

  /** Half-open peers and missed `close` events: compares the registry with the sockets. */
  #sweep(): void {
    this.#connections.sweep().catch((error: unknown) => this.#warn('the sweep', error));
    this.limits.sweep();
    this.#tenants.sweep();
  }

  #warn(what: string, error: unknown): void {
    this.#deps.logger?.warn(`The hub went on after a failure in ${what}: ${String(error)}`);
  }
}
