import {
  CurrentPrincipal,
  type PlatformRequest,
  type PlatformResponse,
  ProblemFilter,
  SchemaPipe,
} from '@nest-herald/platform/http';
import { Get, Header, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Principal } from '@nest-herald/platform';
import { LongPoll, type PollAnswer } from './long-poll.js';
import { type PollQuery, pollQuerySchema } from '../operations/operation-queries.js';
import { SseAuthGuard } from '../identity/sse-auth.guard.js';

/** `GET /poll`: for clients and proxies that cannot keep a stream open. Mounted beside the stream. */
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class PollController {
  constructor(private readonly longPoll: LongPoll) {}

  /** Waits for events after a position and returns them. */
  @Get('poll')
  @Header('Cache-Control', 'no-store')
  async poll(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Query(new SchemaPipe(pollQuerySchema)) query: PollQuery,
  ): Promise<PollAnswer> {
    return this.longPoll.answer(request, response, principal, query);
  }
}
