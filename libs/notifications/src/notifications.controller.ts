import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  CurrentPrincipal,
  type Principal,
  ProblemFilter,
  RequirePermission,
  requirePermission,
  SchemaPipe,
  SseAuthGuard,
} from '@nest-herald/sse';
import { permissionsFor } from './audience/targets.js';
import { IdempotentRequests, type WriteRequest, type WriteResponse } from './idempotency/idempotent-requests.js';
import { knownId } from './notifications.schemas.js';
import { OriginCompatibility } from './origin/origin-compatibility.interceptor.js';
import { ORIGIN_SENDING, type SentForOrigin } from './origin/origin-notifications.js';
import { NotificationService } from './notifications.service.js';
import { sendSchema, type CheckedNotification } from './send-input.js';

/** Sending and taking back over HTTP (api.md §5). */
@Controller('api/v1/notifications')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
@UseInterceptors(new OriginCompatibility(ORIGIN_SENDING))
export class NotificationsController {
  constructor(
    @Inject(NotificationService) private readonly notifications: NotificationService,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
  ) {}

  /** Sends to people and audiences of the sender's own tenant. Which permission it needs depends on the targets. */
  @Post()
  async send(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Body(new SchemaPipe(sendSchema)) input: CheckedNotification,
  ): Promise<unknown> {
    for (const permission of permissionsFor(input.to)) requirePermission(principal, permission);
    return this.requests.answer(principal, request, response, async (manager) => {
      const { id, mode, recipients, createdAt } = await this.notifications.send(manager, principal, input);
      const body: SentForOrigin = { id, mode, recipients, createdAt: createdAt.toISOString() };
      return { status: 201, body };
    });
  }

  /** Takes a notification back from everybody. */
  @Delete('messages/:id')
  @HttpCode(204)
  @RequirePermission('notification:admin')
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<unknown> {
    const messageId = knownId(id);
    return this.requests.answer(principal, request, response, async (manager) => {
      await this.notifications.revoke(manager, principal, messageId);
      return { status: 204, body: null };
    });
  }
}
