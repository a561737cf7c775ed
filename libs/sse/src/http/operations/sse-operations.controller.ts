import {
  Body,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  type OnlineUser,
  PRESENCE,
  type Presence,
  type PresenceCounts,
  type PresenceEntry,
  type Transport,
} from '../../presence/presence.js';
import { CLOCK, type Clock, type Principal } from '@nest-herald/platform';
import { ClusterStats } from '../../control/cluster-stats.js';
import type { Tx } from '../../vocabulary/envelope.js';
import { Hub } from '../../hub/hub.js';
import {
  CurrentPrincipal,
  headerOf,
  type KeyedWrite,
  type KeyedWriteResponse,
  type PlatformRequest,
  ProblemFilter,
  rawRequest,
  RequirePermission,
  requirePermission,
  SchemaPipe,
} from '@nest-herald/platform/http';
import { SseBroker } from '../../broker/sse-broker.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from '../../options/sse.options.js';
import {
  type OnlineUsersQuery,
  onlineUsersQuerySchema,
  type StatsQuery,
  statsQuerySchema,
} from './operation-queries.js';
import { audienceOf, type SendRequest, sendSchemaFor } from './send-request.js';
import { SseAuthGuard } from '../identity/sse-auth.guard.js';
import { StreamTickets } from '../identity/stream-ticket.js';

/** Response of `POST /tickets`. */
export interface TicketAnswer {
  readonly ticket: string;
  readonly expiresAt: Date;
  readonly tenantId: string;
  readonly userId: string;
}

/** Response of `POST /send`. */
export interface SendAnswer {
  readonly accepted: true;
  readonly durable: boolean;
  readonly deduplicated: boolean;
}

/** Response of `GET /stats`: figures of the cluster; `isRunning`, `uptimeSeconds` and `startedAt` are those of the answering server. */
export interface StatsAnswer {
  /** null with `?scope=platform`. */
  readonly tenantId: string | null;
  readonly totalConnections: number;
  readonly totalUsers: number;
  readonly totalTopics: number;
  /** `answered`: the totals below include this server; they leave out one that does not answer within a second. */
  readonly byNode: readonly (PresenceCounts['byNode'][number] & { readonly answered: boolean })[];
  readonly byTransport: Readonly<Record<Transport, number>>;
  readonly topics: PresenceCounts['topTopics'];
  readonly eventsSentTotal: number;
  readonly eventsDroppedTotal: number;
  readonly eventsPerSecond: number;
  readonly slowConsumersTotal: number;
  readonly isRunning: boolean;
  readonly uptimeSeconds: number;
  readonly startedAt: Date;
}

/** Response of `GET /online-users`. */
export interface OnlineUsersAnswer {
  readonly items: readonly OnlineUser[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
  readonly total: number;
}

/** Response of `GET /online-users/:userId`. */
export interface UserPresenceAnswer {
  readonly userId: string;
  readonly online: boolean;
  readonly connections: readonly (Pick<PresenceEntry, 'nodeId' | 'device' | 'transport' | 'topics' | 'since'> & {
    readonly id: string;
  })[];
  readonly lastSeenAt: Date | null;
  readonly generation: number;
}

/** The operations beside the stream. `SseModule` mounts them at the path that the host chose. */
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class SseOperationsController {
  readonly #startedAt: Date;

  constructor(
    private readonly broker: SseBroker,
    private readonly tickets: StreamTickets,
    private readonly hub: Hub,
    private readonly clusterStats: ClusterStats,
    @Inject(PRESENCE) private readonly presence: Presence,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SSE_OPTIONS) private readonly options: ResolvedSseOptions,
  ) {
    this.#startedAt = clock.now();
  }

  /** Issues a ticket for one stream: single use, 30 s. */
  @Post('tickets')
  @Header('Cache-Control', 'no-store')
  async issueTicket(@CurrentPrincipal() principal: Principal, @Req() request: PlatformRequest): Promise<TicketAnswer> {
    const issued = await this.tickets.issue(principal, headerOf(rawRequest(request), 'origin'));
    return { ...issued, tenantId: principal.tenantId, userId: principal.userId };
  }

  /** Publishes within the sender's tenant; once per `Idempotency-Key` where the host stores them. */
  @Post('send')
  @HttpCode(202)
  @RequirePermission('sse:send')
  async send(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(sendSchemaFor)) body: SendRequest,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
  ): Promise<SendAnswer> {
    const { idempotency } = this.options;
    if (idempotency === undefined || request.headers['idempotency-key'] === undefined) {
      return this.#send(principal, body);
    }
    const answer = await idempotency.answer(principal, request, response, async (tx) => ({
      status: 202,
      body: await this.#send(principal, body, tx),
    }));
    return answer as SendAnswer;
  }

  /** Statistics of the caller's tenant; of all tenants with `?scope=platform` and `platform:admin`. */
  @Get('stats')
  async stats(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(statsQuerySchema)) query: StatsQuery,
  ): Promise<StatsAnswer> {
    requirePermission(principal, query.scope === 'platform' ? 'platform:admin' : 'sse:admin');
    const tenantId = query.scope === 'platform' ? null : principal.tenantId;
    const counts = await this.presence.counts(tenantId);
    const nodeIds = counts.byNode.map(({ nodeId }) => nodeId);
    const totals = await this.clusterStats.gather(tenantId, principal.tenantId, nodeIds);
    return {
      tenantId,
      totalConnections: counts.connections,
      totalUsers: counts.users,
      totalTopics: counts.topics,
      byNode: counts.byNode.map((node) => ({ ...node, answered: totals.answered.has(node.nodeId) })),
      byTransport: counts.byTransport,
      topics: counts.topTopics,
      eventsSentTotal: totals.eventsSentTotal,
      eventsDroppedTotal: totals.eventsDroppedTotal,
      eventsPerSecond: totals.eventsPerSecond,
      slowConsumersTotal: totals.slowConsumersTotal,
      isRunning: this.hub.isRunning,
      uptimeSeconds: Math.floor((this.clock.now().getTime() - this.#startedAt.getTime()) / 1000),
      startedAt: this.#startedAt,
    };
  }

  /** The users of the tenant with an open connection, in the order of their ids. */
  @Get('online-users')
  @RequirePermission('sse:admin')
  async onlineUsers(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(onlineUsersQuerySchema)) query: OnlineUsersQuery,
  ): Promise<OnlineUsersAnswer> {
    const { limit, cursor, leaving } = query;
    const page = await this.broker.onlineUsers(principal.tenantId, {
      limit,
      leaving,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { ...page, hasMore: page.nextCursor !== null };
  }

  /** One user's connections; an unknown user is offline. */
  @Get('online-users/:userId')
  @RequirePermission('sse:admin')
  async onlineUser(
    @CurrentPrincipal() principal: Principal,
    @Param('userId') userId: string,
  ): Promise<UserPresenceAnswer> {
    const presence = await this.broker.userPresence(principal.tenantId, userId);
    return {
      userId: presence.userId,
      online: presence.online,
      connections: presence.connections.map(({ connectionId, nodeId, device, transport, topics, since }) => ({
        id: connectionId,
        nodeId,
        device,
        transport,
        topics,
        since,
      })),
      lastSeenAt: presence.lastSeenAt,
      generation: presence.generation,
    };
  }

  async #send(principal: Principal, body: SendRequest, tx?: Tx): Promise<SendAnswer> {
    const audience = audienceOf(body);
    const isDurable = !('target' in body) || body.durable;
    const receipt = await this.broker.send(
      principal.tenantId,
      audience,
      {
        event: body.event,
        data: body.data,
        durable: isDurable,
        ...('target' in body
          ? {
              ...(body.dedupeKey === undefined ? {} : { dedupeKey: body.dedupeKey }),
              ...(body.conflationKey === undefined ? {} : { conflationKey: body.conflationKey }),
            }
          : {}),
      },
      // An ephemeral event cannot wait for a commit.
      tx === undefined || !isDurable ? {} : { tx },
    );
    return { accepted: true, ...receipt };
  }
}
