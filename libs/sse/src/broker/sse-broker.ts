import type { CloseReason } from '@nest-herald/sse-protocol';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { TENANT_KEY, userKey } from '../vocabulary/audience.js';
import { type ControlRecord, controlRecordEvent } from '../vocabulary/control-record.js';
import { ConnectionControl } from '../control/connection-control.js';
import { ConnectionRights } from '../control/connection-rights.js';
import { Revocations } from '../control/revocations.js';
import type { EventInput, Tx } from '../vocabulary/envelope.js';
import { EVENT_LOG, type EventLog } from '../event-log/event-log.js';
import type { AnyEvents, EventInputOf, EventType, FollowedEvent } from '../vocabulary/event-map.js';
import { Hub } from '../hub/hub.js';
import type { HubStats } from '../hub/hub-stats.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import { SseCounters } from '../observability/sse-counters.js';
import { isTraceparent } from '../vocabulary/traceparent.js';
import { type OnlinePage, type OnlineQuery, PRESENCE, type Presence, type UserPresence } from '../presence/presence.js';
import { asTenantId, asUserId, type TenantId, type UserId } from '@nest-herald/platform';
import { type Audience, durableRows, ephemeralEvents, roleKey, topicKey } from '../vocabulary/publication.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';
import { SseError } from '../vocabulary/sse.errors.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from '../options/sse.options.js';

/** How a send joins the caller's work. */
export interface SendOptions {
  /** The caller's open transaction: the event exists when and only when it commits. Without it the log opens its own. */
  readonly tx?: Tx;
}

/** What a server-side follower wants to see; an empty filter means everything of the tenant. */
export interface FollowFilter<K extends string = string> {
  readonly users?: readonly string[];
  /** Topics and patterns. */
  readonly topics?: readonly string[];
  readonly roles?: readonly string[];
  /** Event types; narrows what the other fields choose. */
  readonly types?: readonly K[];
}

/** What became of a send. */
export interface SendReceipt {
  readonly durable: boolean;
  /** The `dedupeKey` was seen within 24 h, and nothing was written. */
  readonly deduplicated: boolean;
}

/**
 * The face of the module for application code: publishes events, asks who is online, ends streams.
 *
 * Every method names the tenant; nothing ever crosses from one tenant to another. A durable send (the default) is
 * acknowledged when the log has it, or, with `tx`, when the caller's transaction commits; it reaches every entitled
 * connection at least once, in the order of the log. An ephemeral one (`durable: false`) goes to those connected now.
 *
 * `SseBroker<AppEvents>`, where `AppEvents` maps event types to their data, makes the compiler check both; the class, and so
 * the injection token, is the same.
 *
 * All sending methods throw SseError `ERR_SSE_INVALID_EVENT`, `_RESERVED_EVENT`, `_RESERVED_TOPIC`, `_EVENT_TOO_LARGE`, `_INVALID_ID`,
 * `_INVALID_TOPIC`, `_TOPICS_DISABLED`, and what the log throws (`_NO_TRANSACTION`, `_STORAGE`).
 * @see delivery.md §2, "Publish"
 */
@Injectable()
export class SseBroker<TEvents extends object = AnyEvents> {
  readonly #logger = new Logger(SseBroker.name);

  constructor(
    private readonly hub: Hub,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(PRESENCE) private readonly presence: Presence,
    private readonly connections: ConnectionControl,
    private readonly rights: ConnectionRights,
    private readonly revocations: Revocations,
    @Inject(SSE_OPTIONS) private readonly options: ResolvedSseOptions,
    private readonly counters: SseCounters,
  ) {}

  /** To every connection of one person. */
  async sendToUser(
    tenantId: string,
    userId: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, userKey(userId), event, options);
  }

  /** To people by name, each once; an empty list sends nothing. */
  async sendToUsers(
    tenantId: string,
    userIds: readonly string[],
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, { users: userIds }, event, options);
  }

  /** To everybody who follows the topic, by name or by pattern. @throws SseError `ERR_SSE_TOPICS_DISABLED`. */
  async sendToTopic(
    tenantId: string,
    topic: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, topicKey(topic), event, options);
  }

  /** To everybody whose token, or the directory, names the role. */
  async sendToRole(tenantId: string, role: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, roleKey(role), event, options);
  }

  /** To everybody of the tenant. */
  async sendToTenant(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, TENANT_KEY, event, options);
  }

  /** The same as {@link sendToTenant}, by the name that other broker libraries use. It never leaves the tenant. */
  async broadcast(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.sendToTenant(tenantId, event, options);
  }

  /**
   * Publishes a durable event as part of the caller's transaction.
   * @throws SseError `ERR_SSE_NO_TRANSACTION` without an open one, so that a forgotten `tx` cannot become a ghost;
   * `ERR_SSE_INVALID_EVENT` for `durable: false`.
   */
  async publish(
    tx: Tx,
    to: { readonly tenantId: string; readonly audience: Audience },
    event: EventInputOf<TEvents>,
  ): Promise<void> {
    if (event.durable === false) {
      throw new SseError(
        'ERR_SSE_INVALID_EVENT',
        'publish() is for durable events; use a send method for ephemeral ones.',
      );
    }
    this.eventLog.requireTransaction(tx);
    await this.send(to.tenantId, to.audience, event, { tx });
  }

  /** What every other sending method calls; tells what became of the event. */
  async send(
    tenantId: string,
    audience: Audience,
    typed: EventInputOf<TEvents>,
    options: SendOptions = {},
  ): Promise<SendReceipt> {
    const event = this.#traced(typed);
    if (!this.options.topics && typeof audience === 'string' && audience.startsWith('topic:')) {
      throw new SseError('ERR_SSE_TOPICS_DISABLED', 'Topics are off (`topics: false`): nobody can follow this one.');
    }
    if (event.durable === false) {
      if (options.tx !== undefined) {
        throw new SseError(
          'ERR_SSE_INVALID_EVENT',
          'An ephemeral event cannot wait for a transaction: send it after the commit, or leave out durable: false.',
        );
      }
      for (const ephemeral of ephemeralEvents(tenantId, audience, event)) {
        this.hub.publishEphemeral(ephemeral);
        this.#count(ephemeral, false, event.traceparent);
      }
      return { durable: false, deduplicated: false };
    }
    const rows = durableRows(tenantId, audience, event);
    if (rows.length === 0) return { durable: true, deduplicated: false };
    const { deduplicated } = await this.eventLog.append(rows, options.tx);
    if (!deduplicated) for (const row of rows) this.#count(row, true, row.traceparent);
    return { durable: true, deduplicated };
  }

  /** The event with the trace that it belongs to, where there is one. */
  #traced(event: EventInput): EventInput {
    const { currentTraceparent } = this.options;
    if (currentTraceparent === undefined || event.traceparent !== undefined) return event;
    try {
      return { ...event, traceparent: currentTraceparent() };
    } catch (error) {
      // Tracing must not decide whether an event is published.
      this.#logger.warn(`currentTraceparent() failed, the event goes without a trace: ${String(error)}`);
      return event;
    }
  }

  #count(
    { tenantId, type }: { readonly tenantId: string; readonly type: string },
    durable: boolean,
    traceparent: string | undefined,
  ): void {
    this.counters.published(durable);
    sseDiagnostics.published(() => ({
      tenantId,
      type,
      durable,
      ...(isTraceparent(traceparent) ? { traceparent } : {}),
    }));
  }

  /** Whether the person has an open connection, on any node that shares presence. */
  async isUserOnline(tenantId: string, userId: string): Promise<boolean> {
    return this.presence.isOnline(asTenantId(tenantId), asUserId(userId));
  }

  /** A page of the people online, in the order of their ids. `limit` 1–100. */
  async onlineUsers(tenantId: string, page: Partial<OnlineQuery> = {}): Promise<OnlinePage> {
    return this.presence.onlineUsers(asTenantId(tenantId), { ...page, limit: page.limit ?? 20 });
  }

  /** Everything known about one person's connections. */
  async userPresence(tenantId: string, userId: string): Promise<UserPresence> {
    return this.presence.user(asTenantId(tenantId), asUserId(userId));
  }

  /** Counters of this process. @param tenantId null counts all tenants. */
  stats(tenantId: string | null): HubStats {
    return this.hub.stats(tenantId === null ? null : asTenantId(tenantId));
  }

  /**
   * Ends streams wherever they are: one connection, or all of a person. The person's streams on other nodes follow within a
   * second, within 2.5 s where the backplane is away.
   * @returns how many are being closed that this process can tell: a connection wherever it is, of a person those here; 0 for
   * ids of another tenant.
   * @throws SseRefusal 504 `node_unreachable` when the node of the connection does not answer within 2 s.
   */
  async disconnect(
    tenantId: string,
    which: { readonly connectionId?: string; readonly userId?: string },
    reason: CloseReason = 'revoked',
  ): Promise<number> {
    const { connectionId, userId } = which;
    if (connectionId === undefined && userId === undefined) {
      throw new TypeError('disconnect() needs a connectionId or a userId.');
    }
    const tenant = asTenantId(tenantId);
    const user = userId === undefined ? null : asUserId(userId);
    if (connectionId !== undefined) return this.#disconnectOne(tenant, connectionId, user, reason);
    const closed = this.hub.close(tenant, { userId: user as UserId }, reason);
    await this.#tellAll(tenant, { kind: 'disconnect', userId: user as UserId, reason, from: this.hub.nodeId });
    return closed;
  }

  /**
   * Refuses tokens that are signed and have not ended: one person's, those of a login session, one token, or the whole
   * tenant's; see {@link RevocationTarget}. Resolves when it is stored; open streams of this process are closed then, those of
   * other nodes within a second (2.5 s where the backplane is away), and no event that is committed later reaches them.
   * @throws SseError `ERR_SSE_INVALID_ID`; what the store throws.
   */
  async revoke(tenantId: string, target: RevocationTarget): Promise<Revocation> {
    if ('userId' in target) asUserId(target.userId);
    const revocation = await this.revocations.revoke(asTenantId(tenantId), target);
    this.hub.closeRevoked(revocation);
    return revocation;
  }

  /**
   * Asks directory and topic authoriser again for open connections and narrows or widens them in place; call it after rights
   * changed. A connection whose directory cannot be asked is closed and comes back through admission: it must not go on with
   * rights that may be gone. Resolves when those of this process are done; the other nodes hear of it through the log.
   * @param userId only this person's connections; absent: those of the whole tenant.
   * @param options `everywhere: false` for callers that every node has told already. @defaultValue everywhere
   * @returns how many connections of this process were looked at.
   */
  async reauthorize(
    tenantId: string,
    userId?: string,
    options: { readonly everywhere?: boolean } = {},
  ): Promise<number> {
    const tenant = asTenantId(tenantId);
    const user = userId === undefined ? null : asUserId(userId);
    if (options.everywhere !== false) {
      await this.#tellAll(tenant, { kind: 'reauthorize', userId: user, from: this.hub.nodeId });
    }
    return this.rights.reauthorize(tenant, user);
  }

  async #disconnectOne(
    tenantId: TenantId,
    connectionId: string,
    userId: UserId | null,
    reason: CloseReason,
  ): Promise<number> {
    try {
      await this.connections.close(connectionId, tenantId, userId, reason);
      return 1;
    } catch (error) {
      if (error instanceof SseRefusal && error.code === 'not_found') return 0;
      throw error;
    }
  }

  async #tellAll(tenantId: TenantId, mark: ControlRecord): Promise<void> {
    await this.eventLog.append([controlRecordEvent(tenantId, mark)]);
  }

  /**
   * Live events of the tenant for code in this process, control events left out. The caller unsubscribes. With `types` only
   * those come; without, other publishers' types come too, whatever the map says.
   * @throws SseError `ERR_SSE_INVALID_ID`, `ERR_SSE_INVALID_TOPIC`.
   */
  events<K extends EventType<TEvents>>(
    tenantId: string,
    filter: FollowFilter<K> = {},
  ): Observable<FollowedEvent<TEvents, K>> {
    const followed: Observable<FollowedEvent> = this.hub.events(asTenantId(tenantId), {
      ...(filter.users === undefined ? {} : { users: filter.users.map((id) => asUserId(id)) }),
      ...(filter.topics === undefined ? {} : { topics: filter.topics }),
      ...(filter.roles === undefined ? {} : { roles: filter.roles }),
      ...(filter.types === undefined ? {} : { types: filter.types }),
    });
    return followed as Observable<FollowedEvent<TEvents, K>>;
  }
}
