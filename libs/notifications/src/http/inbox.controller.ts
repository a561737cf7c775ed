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
  UseInterceptors,
} from '@nestjs/common';
import { asTenantId, type Clock, CLOCK, type Principal } from '@nest-herald/platform';
import {
  CurrentPrincipal,
  expectedRevision,
  type KeyedWrite,
  type KeyedWriteResponse,
  LegacyApi,
  type Page,
  ProblemFilter,
  SchemaPipe,
  withTag,
} from '@nest-herald/platform/http';
import { SseAuthGuard } from '@nest-herald/sse';
import { IdempotentRequests, type KeptAnswer, TenantTransaction } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { ReaderKeys } from '../inbox/reader-keys.js';
import type { ItemOperation, NotificationItem } from '../notification/notification.js';
import type { NotificationCounts } from '../notification/notification-events.js';
import { NotificationRefusal } from '../errors/notification.errors.js';
import {
  emptySchema,
  knownId,
  readAllSchema,
  readManySchema,
  snoozeFault,
  snoozeSchema,
  undoSchema,
} from '../schemas/inbox-requests.js';
import { LEGACY_INBOX } from './legacy-notifications.js';
import { InboxService } from '../inbox/inbox.service.js';
import { bulkSchema, type BulkInput } from '../schemas/bulk.js';
import { filterOf, listQuerySchema, type ListQuery } from '../schemas/list-query.js';
import type { Reader } from '../store/visible.js';

const SIMPLE_OPERATIONS = ['read', 'unread', 'seen', 'archive', 'unarchive', 'unsnooze', 'ack'] as const;

/** The inbox over HTTP. Fixed paths are declared before those with an id, so that no path hides another. */
@Controller('api/v1/notifications')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
@UseInterceptors(new LegacyApi(LEGACY_INBOX))
export class InboxController {
  constructor(
    private readonly inbox: InboxService,
    private readonly readerKeys: ReaderKeys,
    private readonly transactions: TenantTransaction,
    private readonly requests: IdempotentRequests,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

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
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(readManySchema)) { ids }: z.output<typeof readManySchema>,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: { count: await this.inbox.changeMany(manager, reader, ids, { op: 'read' }) },
    }));
  }

  /** All or none: if one item refuses the operation (409), no item changes. */
  @Post('bulk')
  @HttpCode(200)
  async bulk(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(bulkSchema)) { op, ids, filter }: BulkInput,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => {
      const count =
        filter === undefined
          ? await this.inbox.changeMany(manager, reader, ids ?? [], { op })
          : await this.inbox.changeFiltered(manager, reader, filterOf(filter), { op });
      return { status: 200, body: { count } };
    });
  }

  @Post('read-all')
  @HttpCode(200)
  async readAll(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
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
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(undoSchema)) { undoToken }: z.output<typeof undoSchema>,
  ): Promise<unknown> {
    return this.write(principal, request, response, async (manager, reader) => ({
      status: 200,
      body: await this.inbox.undo(manager, reader, undoToken),
    }));
  }

  @Get(':id')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('id') id: string,
  ): Promise<NotificationItem> {
    const known = knownId(id);
    return withTag(response, await this.read(principal, (manager, reader) => this.inbox.get(manager, reader, known)));
  }

  @Put(':id/read')
  async putRead(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(emptySchema)) _body: unknown,
  ): Promise<unknown> {
    return this.change(principal, request, response, id, { op: 'read' });
  }

  @Post(':id/snooze')
  @HttpCode(200)
  async snooze(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
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
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(emptySchema)) _body: unknown,
  ): Promise<unknown> {
    // The route matched, so the last segment of the path is one of them.
    const path = (request.originalUrl ?? request.url).split('?', 1)[0];
    const op = SIMPLE_OPERATIONS.find((name) => path?.endsWith(`/${name}`)) ?? 'read';
    return this.change(principal, request, response, id, { op });
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
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
    request: KeyedWrite,
    response: KeyedWriteResponse,
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
    const keys = await this.readerKeys.keysOf(principal);
    return this.transactions.run(asTenantId(principal.tenantId), async (manager) =>
      work(manager, await this.readerKeys.readerOf(manager, principal, keys)),
    );
  }

  private async write(
    principal: Principal,
    request: KeyedWrite,
    response: KeyedWriteResponse,
    work: (manager: EntityManager, reader: Reader) => Promise<KeptAnswer>,
  ): Promise<unknown> {
    const keys = await this.readerKeys.keysOf(principal);
    return this.requests.answer(principal, request, response, async (manager) =>
      work(manager, await this.readerKeys.readerOf(manager, principal, keys)),
    );
  }
}
