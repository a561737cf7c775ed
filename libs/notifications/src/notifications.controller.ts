import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  asTenantId,
  type Clock,
  CLOCK,
  CurrentPrincipal,
  type Principal,
  ProblemFilter,
  RequirePermission,
  requirePermission,
  SchemaPipe,
  SseAuthGuard,
} from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { ReaderKeys } from './audience/reader-keys.js';
import { permissionsFor } from './audience/targets.js';
import { requestIdentity, type KeyedRequest } from './idempotency/idempotency-key.js';
import { IdempotentTransaction, type KeptAnswer } from './idempotency/idempotent-transaction.js';
import { InboxService, type Page } from './inbox/inbox.service.js';
import { listQuerySchema, type ListQuery } from './inbox/list-query.js';
import type { Reader } from './inbox/visible.js';
import type { ItemOperation, NotificationItem } from './notification.js';
import type { NotificationCounts } from './notification-events.js';
import { NotificationRefusal, unknownNotification } from './notification.errors.js';
import {
  emptySchema,
  notificationId,
  readAllSchema,
  readManySchema,
  snoozeFault,
  snoozeSchema,
  undoSchema,
} from './notifications.schemas.js';
import { NotificationService } from './notifications.service.js';
import { sendSchema, type CheckedNotification } from './send-input.js';

/** The request, as far as this controller reads it; Express and Fastify both fit. */
type PlatformRequest = KeyedRequest & { readonly originalUrl?: string; readonly url: string };

/** The response, as far as this controller writes it. */
interface PlatformResponse {
  header(name: string, value: string): unknown;
}

const SIMPLE_OPERATIONS = ['read', 'unread', 'seen', 'archive', 'unarchive', 'unsnooze', 'ack'] as const;

/** The inbox over HTTP (api.md §5). Fixed paths stand before those with an id, so that none shadows another. */
@Controller('api/v1/notifications')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class NotificationsController {
  constructor(
    @Inject(NotificationService) private readonly notifications: NotificationService,
    @Inject(InboxService) private readonly inbox: InboxService,
    @Inject(ReaderKeys) private readonly readerKeys: ReaderKeys,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentTransaction) private readonly requests: IdempotentTransaction,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Sends to people and audiences of the sender's own tenant. Which permission it needs depends on the targets. */
  @Post()
  async send(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Body(new SchemaPipe(sendSchema)) input: CheckedNotification,
  ): Promise<unknown> {
    for (const permission of permissionsFor(input.to)) requirePermission(principal, permission);
    return this.answer(principal, request, response, async (manager) => {
      const { id, mode, recipients } = await this.notifications.send(manager, principal, input);
      return { status: 201, body: { id, mode, recipients } };
    });
  }

  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(listQuerySchema)) query: ListQuery,
  ): Promise<Page<NotificationItem>> {
    return this.read(principal, (manager, reader) => this.inbox.list(manager, reader, query));
  }

  @Get('counts')
  async counts(@CurrentPrincipal() principal: Principal): Promise<NotificationCounts> {
    return this.read(principal, (manager, reader) => this.inbox.counts(manager, reader));
  }

  @Get('unread-count')
  async unreadCount(@CurrentPrincipal() principal: Principal): Promise<{ readonly count: number }> {
    const { unread } = await this.counts(principal);
    return { count: unread };
  }

  @Put('read')
  async readMany(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Body(new SchemaPipe(readManySchema)) { ids }: z.output<typeof readManySchema>,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: { count: await this.inbox.changeMany(manager, reader, ids, { op: 'read' }) },
    }));
  }

  @Post('read-all')
  @HttpCode(200)
  async readAll(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Body(new SchemaPipe(readAllSchema)) { category }: z.output<typeof readAllSchema>,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: await this.inbox.readAll(manager, reader, category),
    }));
  }

  @Post('undo')
  @HttpCode(200)
  async undo(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Body(new SchemaPipe(undoSchema)) { undoToken }: z.output<typeof undoSchema>,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: await this.inbox.undo(manager, reader, undoToken),
    }));
  }

  /** Takes a notification back from everybody. */
  @Delete('messages/:id')
  @HttpCode(204)
  @RequirePermission('notification:admin')
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
  ): Promise<unknown> {
    const messageId = knownId(id);
    return this.answer(principal, request, response, async (manager) => {
      await this.notifications.revoke(manager, principal, messageId);
      return { status: 204, body: null };
    });
  }

  @Get(':id')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
  ): Promise<NotificationItem> {
    const known = knownId(id);
    const item = await this.read(principal, (manager, reader) => this.inbox.get(manager, reader, known));
    response.header('ETag', `"${item.revision}"`);
    return item;
  }

  @Put(':id/read')
  async putRead(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(emptySchema)) _body: unknown,
  ): Promise<unknown> {
    return this.change(principal, request, response, id, { op: 'read' });
  }

  @Post(':id/snooze')
  @HttpCode(200)
  async snooze(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(snoozeSchema)) { until }: z.output<typeof snoozeSchema>,
  ): Promise<unknown> {
    const fault = snoozeFault(until, this.clock.now());
    if (fault !== null) {
      throw new NotificationRefusal('invalid_request', `until ${fault}.`, {
        errors: [{ path: 'until', message: fault }],
      });
    }
    return this.change(principal, request, response, id, { op: 'snooze', until });
  }

  @Post(SIMPLE_OPERATIONS.map((op) => `:id/${op}`))
  @HttpCode(200)
  async operate(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(emptySchema)) _body: unknown,
  ): Promise<unknown> {
    // The route matched, so its last segment is one of them.
    const op = SIMPLE_OPERATIONS.find((name) => pathOf(request).endsWith(`/${name}`)) ?? 'read';
    return this.change(principal, request, response, id, { op });
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Req() request: PlatformRequest,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Param('id') id: string,
  ): Promise<unknown> {
    const known = knownId(id);
    return this.write(principal, request, response, async (manager, reader) => {
      await this.inbox.change(manager, reader, known, { op: 'delete' }, expectedRevision(request));
      return { status: 204, body: null };
    });
  }

  private async change(
    principal: Principal,
    request: PlatformRequest,
    response: PlatformResponse,
    id: string,
    operation: ItemOperation,
  ): Promise<unknown> {
    const known = knownId(id);
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: await this.inbox.change(manager, reader, known, operation, expectedRevision(request)),
    }));
  }

  private async read<T>(
    principal: Principal,
    work: (manager: EntityManager, reader: Reader) => Promise<T>,
  ): Promise<T> {
    return this.transactions.run(asTenantId(principal.tenantId), async (manager) =>
      work(manager, await this.readerKeys.readerOf(manager, principal)),
    );
  }

  private async write(
    principal: Principal,
    request: PlatformRequest,
    response: PlatformResponse,
    work: (manager: EntityManager, reader: Reader) => Promise<KeptAnswer>,
  ): Promise<unknown> {
    return this.answer(principal, request, response, async (manager) =>
      work(manager, await this.readerKeys.readerOf(manager, principal)),
    );
  }

  private async answer(
    principal: Principal,
    request: PlatformRequest,
    response: PlatformResponse,
    work: (manager: EntityManager) => Promise<KeptAnswer>,
  ): Promise<unknown> {
    const { method, headers, body } = request;
    const identity = requestIdentity(principal, { method, path: pathOf(request), headers, body });
    const answer = await this.requests.run(identity, work);
    if (answer.replayed) response.header('Idempotency-Replayed', 'true');
    return answer.body ?? undefined;
  }
}

function pathOf(request: PlatformRequest): string {
  return (request.originalUrl ?? request.url).split('?', 1)[0] ?? '';
}

/** A text that is no id is unknown like any other. @throws NotificationRefusal 404. */
function knownId(id: string): string {
  const parsed = notificationId.safeParse(id);
  if (!parsed.success) throw unknownNotification();
  return parsed.data;
}

/** @throws NotificationRefusal 400 for an `If-Match` that is not one revision. */
function expectedRevision(request: PlatformRequest): number | undefined {
  const given = request.headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const revision = typeof given === 'string' ? /^"(\d{1,9})"$/.exec(given)?.[1] : undefined;
  if (revision === undefined) {
    throw new NotificationRefusal('invalid_request', 'If-Match must be the ETag of one notification, such as "3".');
  }
  return Number(revision);
}
