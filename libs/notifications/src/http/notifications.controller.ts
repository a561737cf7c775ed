import {
  Body,
  Controller,
  Delete,
  HttpCode,
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
  type KeyedWrite,
  type KeyedWriteResponse,
  LegacyApi,
  ProblemFilter,
  RequirePermission,
  requirePermission,
  SchemaPipe,
} from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard } from '@nest-herald/sse';
import { permissionsFor } from '../send/targets.js';
import { IdempotentRequests } from '@nest-herald/platform/postgres';
import { knownId } from '../schemas/inbox-requests.js';
import { LEGACY_SENDING, type SentNotification } from './legacy-notifications.js';
import { NotificationService } from '../send/notifications.service.js';
import { sendSchema, type CheckedNotification } from '../schemas/send-input.js';

/** Sending and revoking notifications over HTTP. */
@Controller('api/v1/notifications')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
@UseInterceptors(new LegacyApi(LEGACY_SENDING))
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationService,
    private readonly requests: IdempotentRequests,
  ) {}

  /** Sends to people and audiences of the sender's own tenant. The required permission depends on the targets. */
  @Post()
  async send(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(sendSchema)) input: CheckedNotification,
  ): Promise<unknown> {
    for (const permission of permissionsFor(input.to)) requirePermission(principal, permission);
    return this.requests.answer(principal, request, response, async (manager) => {
      const { id, mode, recipients, createdAt } = await this.notifications.send(manager, principal, input);
      const body: SentNotification = { id, mode, recipients, createdAt: createdAt.toISOString() };
      return { status: 201, body };
    });
  }

  /** Removes a notification from every inbox. */
  @Delete('messages/:id')
  @HttpCode(204)
  @RequirePermission('notification:admin')
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('id') id: string,
  ): Promise<unknown> {
    const messageId = knownId(id);
    return this.requests.answer(principal, request, response, async (manager) => {
      await this.notifications.revoke(manager, principal, messageId);
      return { status: 204, body: null };
    });
  }
}
