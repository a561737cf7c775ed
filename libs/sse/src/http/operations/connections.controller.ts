import { Body, Delete, Header, HttpCode, Param, Post, Put, UseFilters, UseGuards } from '@nestjs/common';
import { ConnectionControl } from '../../control/connection-control.js';
import type { ConnectionTopics } from '../../control/connection-request.js';
import { isPermitted, type Principal } from '@nest-herald/platform';
import { SseBroker } from '../../broker/sse-broker.js';
import {
  type RevocationRequest,
  revocationRequestSchema,
  targetOf,
  type TopicsRequest,
  topicsRequestSchema,
} from './control-bodies.js';
import { CurrentPrincipal, ProblemFilter, RequirePermission, SchemaPipe } from '@nest-herald/platform/http';
import { SseAuthGuard } from '../identity/sse-auth.guard.js';

/** Answer of `POST /connections/:connectionId/token`. */
export interface TokenRefreshAnswer extends ConnectionTopics {
  /** End of the new token, and of the stream unless it is swapped again. */
  readonly expiresAt: Date;
}

/** Answer of `POST /revocations`. */
export interface RevocationAnswer {
  readonly userId?: string;
  readonly sid?: string;
  readonly jti?: string;
  readonly tenant?: true;
  /** Tokens of the person or tenant that were issued up to then are refused. */
  readonly notBefore: Date;
  /** When it is forgotten, because no token that it concerns can live any more. */
  readonly expiresAt: Date;
}

/**
 * What is done with a stream that is open, on whichever node, and with tokens before their end (wire.md §5, api.md §3).
 * Mounted by `SseModule` beside the other operations.
 */
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class ConnectionsController {
  constructor(
    private readonly control: ConnectionControl,
    private readonly broker: SseBroker,
  ) {}

  /** Goes on with the token of this request, which must be the same person's as the stream's. */
  @Post('connections/:connectionId/token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async refreshToken(
    @CurrentPrincipal() principal: Principal,
    @Param('connectionId') id: string,
  ): Promise<TokenRefreshAnswer> {
    const { topics, denied } = await this.control.refreshToken(id, principal);
    return { expiresAt: principal.expiresAt, topics, denied };
  }

  /** Replaces the topics of one's own stream. */
  @Put('connections/:connectionId/topics')
  async changeTopics(
    @CurrentPrincipal() principal: Principal,
    @Param('connectionId') id: string,
    @Body(new SchemaPipe(topicsRequestSchema)) { topics }: TopicsRequest,
  ): Promise<ConnectionTopics> {
    return this.control.changeTopics(id, principal, topics);
  }

  /** Ends one's own stream, or with `sse:admin` anybody's of the tenant. */
  @Delete('connections/:connectionId')
  @HttpCode(204)
  async close(@CurrentPrincipal() principal: Principal, @Param('connectionId') id: string): Promise<void> {
    const { tenantId, userId } = principal;
    await this.control.close(id, tenantId, isPermitted(principal, 'sse:admin') ? null : userId, 'revoked');
  }

  /** Refuses tokens of the own tenant before their end, and closes what they opened. */
  @Post('revocations')
  @RequirePermission('sse:admin')
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(revocationRequestSchema)) body: RevocationRequest,
  ): Promise<RevocationAnswer> {
    const { notBefore, expiresAt } = await this.broker.revoke(principal.tenantId, targetOf(body));
    return { ...body, notBefore, expiresAt } as RevocationAnswer;
  }
}
