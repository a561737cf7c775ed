import type { CloseReason } from '@nest-herald/sse-protocol';
import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { TENANT_KEY, userKey } from '../vocabulary/audience.js';
import { type ControlRecord, controlRecordEvent } from '../vocabulary/control-record.js';
import { ConnectionControl } from '../control/connection-control.js';
import { ConnectionRights } from '../control/connection-rights.js';
import { Revocations } from '../control/revocations.js';
import type { Tx } from '../vocabulary/envelope.js';
import { EVENT_LOG, type EventLog } from '../event-log/event-log.js';
import type { AnyEvents, EventInputOf, EventType, FollowedEvent } from '../vocabulary/event-map.js';
import { Hub } from '../hub/hub.js';
import type { HubStats } from '../hub/hub-stats.js';
import { type OnlinePage, type OnlineQuery, PRESENCE, type Presence, type UserPresence } from '../presence/presence.js';
import { asTenantId, asUserId, type TenantId, type UserId } from '@nest-herald/platform';
import { type Audience, roleKey, topicKey } from '../vocabulary/publication.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';
import { SseError } from '../vocabulary/sse.errors.js';
import { EventPublisher, type SendOptions, type SendReceipt } from './event-publisher.js';

/** Which events {@link SseBroker.events} yields; an empty filter selects every event of the tenant. */
export interface FollowFilter<K extends string = string> {
  readonly users?: readonly string[];
  /** Topics and patterns. */
  readonly topics?: readonly string[];
  readonly roles?: readonly string[];
  /** Event types; narrows what the other fields select. */
  readonly types?: readonly K[];
}

/**
 * The API of the module for application code: publishes events, reports who is online, closes streams.
 *
 * Every method names the tenant, and nothing crosses from one tenant to another. A durable send (the default) is acknowledged
 * when the log has the event or, with `tx`, when the caller's transaction commits. It reaches every entitled connection at
 * least once, in the order of the log. An ephemeral send (`durable: false`) reaches the connections that exist now.
 *
 * `SseBroker<AppEvents>`, where `AppEvents` maps event types to their data, makes the compiler check both. The class, and so
 * the injection token, is the same.
 *
 * All sending methods throw SseError `ERR_SSE_INVALID_EVENT`, `_RESERVED_EVENT`, `_RESERVED_TOPIC`, `_EVENT_TOO_LARGE`,
 * `_INVALID_TOPIC`, `_TOPICS_DISABLED`, PlatformError `ERR_SSE_INVALID_ID`, and what the log throws (`ERR_SSE_NO_TRANSACTION`,
 * `_TENANT_MISMATCH`, `_STORAGE`).
 */
@Injectable()
export class SseBroker<TEvents extends object = AnyEvents> {
  constructor(
    private readonly publisher: EventPublisher,
    private readonly hub: Hub,
    private readonly connections: ConnectionControl,
    private readonly rights: ConnectionRights,
    private readonly revocations: Revocations,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(PRESENCE) private readonly presence: Presence,
  ) {}

  /** Sends to every connection of one user. */
  async sendToUser(
    tenantId: string,
    userId: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, userKey(userId), event, options);
  }

  /** Sends to the named users, each once; an empty list sends nothing. */
  async sendToUsers(
    tenantId: string,
    userIds: readonly string[],
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, { users: userIds }, event, options);
  }

  /** Sends to every connection that follows the topic, by name or by pattern. @throws SseError `ERR_SSE_TOPICS_DISABLED`. */
  async sendToTopic(
    tenantId: string,
    topic: string,
    event: EventInputOf<TEvents>,
    options?: SendOptions,
  ): Promise<void> {
    await this.send(tenantId, topicKey(topic), event, options);
  }

  /** Sends to every user who has the role by token or directory. */
  async sendToRole(tenantId: string, role: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, roleKey(role), event, options);
  }

  /** Sends to every user of the tenant. */
  async sendToTenant(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.send(tenantId, TENANT_KEY, event, options);
  }

  /** The same as {@link sendToTenant}, by the name that other broker libraries use. It never leaves the tenant. */
  async broadcast(tenantId: string, event: EventInputOf<TEvents>, options?: SendOptions): Promise<void> {
    await this.sendToTenant(tenantId, event, options);
  }

  /**
   * Publishes a durable event as part of the caller's transaction.
   * @throws CodedError `ERR_SSE_NO_TRANSACTION` without an open transaction, so that a forgotten `tx` cannot publish an event of a
   * transaction that rolls back; `ERR_SSE_INVALID_EVENT` for `durable: false`.
   */
  async publish(
    tx: Tx,
    to: { readonly tenantId: string; readonly audience: Audience },
    event: EventInputOf<TEvents>,
  ): Promise<void> {
    if (event.durable === false) {
      throw new SseError(
        'ERR_SSE_INVALID_EVENT',
        'publish() accepts durable events only. Use a send method for an ephemeral one.',
      );
    }
    this.eventLog.requireTransaction(tx);
    await this.send(to.tenantId, to.audience, event, { tx });
  }

  /** The method that every other sending method calls. @returns what became of the event. */
  async send(
    tenantId: string,
    audience: Audience,
    event: EventInputOf<TEvents>,
    options: SendOptions = {},
  ): Promise<SendReceipt> {
    return this.publisher.send(tenantId, audience, event, options);
  }

  /** Whether the user has an open connection on any server that shares presence. */
  async isUserOnline(tenantId: string, userId: string): Promise<boolean> {
    return this.presence.isOnline(asTenantId(tenantId), asUserId(userId));
  }

  /** A page of the users online, in the order of their ids. `limit` 1–100. */
  async onlineUsers(tenantId: string, page: Partial<OnlineQuery> = {}): Promise<OnlinePage> {
    return this.presence.onlineUsers(asTenantId(tenantId), { ...page, limit: page.limit ?? 20 });
  }

  /** The connections of one user, and when the user was last online. */
  async userPresence(tenantId: string, userId: string): Promise<UserPresence> {
    return this.presence.user(asTenantId(tenantId), asUserId(userId));
  }

  /** Counters of this process. @param tenantId null counts all tenants. */
  stats(tenantId: string | null): HubStats {
    return this.hub.stats(tenantId === null ? null : asTenantId(tenantId));
  }

  /**
   * Closes one connection, or all connections of a user, on every server. Other servers close the user's streams within a second,
   * within 2.5 s when the backplane is unavailable.
   * @returns the number of connections being closed, as far as this process knows: 1 for a connection of any server, for a user
   * those of this process; 0 for ids of another tenant.
   * @throws SseRefusal 504 `node_unreachable` when the server of the connection does not answer within 2 s.
   */
  async disconnect(
    tenantId: string,
    which: { readonly connectionId?: string; readonly userId?: string },
    reason: CloseReason = 'revoked',
  ): Promise<number> {
    const { connectionId, userId } = which;
    if (connectionId === undefined && userId === undefined) {
      throw new TypeError('disconnect() got neither a connectionId nor a userId. Pass one of them.');
    }
    const tenant = asTenantId(tenantId);
    const user = userId === undefined ? null : asUserId(userId);
    if (connectionId !== undefined) return this.#disconnectOne(tenant, connectionId, user, reason);
    const closed = this.hub.close(tenant, { userId: user as UserId }, reason);
    await this.#appendControlRecord(tenant, {
      kind: 'disconnect',
      userId: user as UserId,
      reason,
      from: this.hub.nodeId,
    });
    return closed;
  }

  /**
   * Revokes unexpired tokens: one user's, those of a login session, one token, or the whole tenant's; see
   * {@link RevocationTarget}. Resolves when the revocation is stored. Open streams of this process are closed by then, those of
   * other servers within a second (2.5 s when the backplane is unavailable), and no event that is committed later reaches them.
   * @throws PlatformError `ERR_SSE_INVALID_ID`; what the store throws.
   */
  async revoke(tenantId: string, target: RevocationTarget): Promise<Revocation> {
    if ('userId' in target) asUserId(target.userId);
    const revocation = await this.revocations.revoke(asTenantId(tenantId), target);
    this.hub.closeRevoked(revocation);
    return revocation;
  }

  /**
   * Asks directory and topic authoriser again for open connections, and narrows or widens their subscriptions in place. Call it
   * after rights have changed. A connection whose directory cannot be asked is closed and reconnects through admission: it must
   * not continue with rights that it may have lost. Resolves when the connections of this process are done; the other servers
   * follow through the log.
   * @param userId limits the call to this user's connections; absent, it applies to the whole tenant.
   * @param options `everywhere: false` for a caller that runs on every server. @defaultValue everywhere
   * @returns the number of connections of this process that were checked.
   */
  async reauthorize(
    tenantId: string,
    userId?: string,
    options: { readonly everywhere?: boolean } = {},
  ): Promise<number> {
    const tenant = asTenantId(tenantId);
    const user = userId === undefined ? null : asUserId(userId);
    if (options.everywhere !== false) {
      await this.#appendControlRecord(tenant, { kind: 'reauthorize', userId: user, from: this.hub.nodeId });
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

  async #appendControlRecord(tenantId: TenantId, record: ControlRecord): Promise<void> {
    await this.eventLog.append([controlRecordEvent(tenantId, record)]);
  }

  /**
   * Live events of the tenant for code in this process, without control events. The caller unsubscribes. With `types`, only
   * those are emitted; without, also types of other publishers, whatever the map says.
   * @throws PlatformError `ERR_SSE_INVALID_ID`; SseError `ERR_SSE_INVALID_TOPIC`.
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
