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

/** Response of `POST /connections/:connectionId/token`. */
export interface TokenRefreshAnswer extends ConnectionTopics {
  /** When the new token expires, and the stream unless the token is refreshed again. */
  readonly expiresAt: Date;
}

/** Response of `POST /revocations`. */
export interface RevocationAnswer {
  readonly userId?: string;
  readonly sid?: string;
  readonly jti?: string;
  readonly tenant?: true;
  /** Tokens of the user or tenant that were issued up to then are refused. */
  readonly notBefore: Date;
  /** When the revocation is deleted, because every token that it covers has expired. */
  readonly expiresAt: Date;
}

/**
 * Operations on open streams of any server, and revocation of tokens. `SseModule` mounts it beside the
 * other operations.
 */
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class ConnectionsController {
  constructor(
    private readonly control: ConnectionControl,
    private readonly broker: SseBroker,
  ) {}

  /** Continues the stream with the token of this request, which must belong to the stream's user. */
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

  /** Replaces the topics of a stream of the caller. */
  @Put('connections/:connectionId/topics')
  async changeTopics(
    @CurrentPrincipal() principal: Principal,
    @Param('connectionId') id: string,
    @Body(new SchemaPipe(topicsRequestSchema)) { topics }: TopicsRequest,
  ): Promise<ConnectionTopics> {
    return this.control.changeTopics(id, principal, topics);
  }

  /** Closes a stream of the caller, or with `sse:admin` of any user of the tenant. */
  @Delete('connections/:connectionId')
  @HttpCode(204)
  async close(@CurrentPrincipal() principal: Principal, @Param('connectionId') id: string): Promise<void> {
    const { tenantId, userId } = principal;
    await this.control.close(id, tenantId, isPermitted(principal, 'sse:admin') ? null : userId, 'revoked');
  }

  /** Revokes tokens of the caller's tenant, and closes the streams that they opened. */
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
