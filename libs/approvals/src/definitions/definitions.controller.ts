import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  expectedRevision,
  IdempotentRequests,
  type WriteRequest,
  type WriteResponse,
} from '@nest-herald/notifications';
import {
  CurrentPrincipal,
  isPermitted,
  type Principal,
  ProblemFilter,
  RequirePermission,
  requirePermission,
  SchemaPipe,
  SseAuthGuard,
} from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { unknown } from '../approval.errors.js';
import { callerOf, type Caller } from '../caller.js';
import type { Diagram } from '../engine/index.js';
import { knownId } from '../known-id.js';
import { OriginNames } from '../origin-names.pipe.js';
import { pagingFields, type Page } from '../paging.js';
import { withTag } from '../with-tag.js';
import {
  defineSchema,
  listProcessesSchema,
  simulateSchema,
  type DefineInput,
  type ListProcesses,
  type Process,
  type ProcessStatistics,
  type ProcessVersion,
  type SimulateInput,
} from './definition.schemas.js';
import { DefinitionsService } from './definitions.service.js';

const DEFINE = 'approval:define';
const DEFINE_NAMES = new OriginNames({ form_schema: 'formSchema' });
const SIMULATE_NAMES = new OriginNames({ form_data: 'formData', applicant_id: 'applicantId' });
const versionsQuery = z.strictObject({ limit: pagingFields.limit, cursor: pagingFields.cursor });

/** Processes over HTTP (api.md §6). Everybody may read them and see where a form would go; defining needs `approval:define`. */
@Controller('api/v1/processes')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class DefinitionsController {
  constructor(
    @Inject(DefinitionsService) private readonly definitions: DefinitionsService,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
  ) {}

  @Post()
  @RequirePermission(DEFINE)
  async create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Body(DEFINE_NAMES, new SchemaPipe(defineSchema)) input: DefineInput,
  ): Promise<Process> {
    return this.#write(principal, request, response, 201, (manager, caller) =>
      this.definitions.create(manager, caller, input),
    );
  }

  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(listProcessesSchema)) query: ListProcesses,
  ): Promise<Page<Process>> {
    return this.#read(principal, (manager, caller) =>
      this.definitions.list(manager, caller, query, isPermitted(principal, DEFINE)),
    );
  }

  @Get(':id')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    const process = await this.#read(principal, (manager, caller) =>
      this.definitions.get(manager, caller, processId, isPermitted(principal, DEFINE)),
    );
    return withTag(response, process);
  }

  @Put(':id')
  @RequirePermission(DEFINE)
  async replace(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(DEFINE_NAMES, new SchemaPipe(defineSchema)) input: DefineInput,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    const revision = expectedRevision(request);
    return this.#write(principal, request, response, 200, (manager, caller) =>
      this.definitions.replace(manager, caller, processId, input, revision),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission(DEFINE)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<unknown> {
    const processId = knownId(id, 'process');
    const revision = expectedRevision(request);
    return this.requests.answer(principal, request, response, async (manager) => {
      await this.definitions.remove(manager, callerOf(principal), processId, revision);
      return { status: 204, body: null };
    });
  }

  @Patch(':id/enable')
  @RequirePermission(DEFINE)
  enable(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<Process> {
    return this.#setEnabled(principal, request, response, id, true);
  }

  @Patch(':id/disable')
  @RequirePermission(DEFINE)
  disable(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<Process> {
    return this.#setEnabled(principal, request, response, id, false);
  }

  @Post(':id/versions')
  @RequirePermission(DEFINE)
  async addVersion(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(DEFINE_NAMES, new SchemaPipe(defineSchema)) input: DefineInput,
  ): Promise<unknown> {
    const processId = knownId(id, 'process');
    return this.requests.answer(principal, request, response, async (manager) => ({
      status: 201,
      body: await this.definitions.addVersion(manager, callerOf(principal), processId, input),
    }));
  }

  @Get(':id/versions')
  @RequirePermission(DEFINE)
  versions(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Query(new SchemaPipe(versionsQuery)) query: z.output<typeof versionsQuery>,
  ): Promise<Page<ProcessVersion>> {
    const processId = knownId(id, 'process');
    return this.#read(principal, (manager, caller) => this.definitions.versions(manager, caller, processId, query));
  }

  @Get(':id/versions/:version')
  @RequirePermission(DEFINE)
  version(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<ProcessVersion> {
    const processId = knownId(id, 'process');
    const number = knownVersion(version);
    return this.#read(principal, (manager, caller) => this.definitions.version(manager, caller, processId, number));
  }

  @Post(':id/versions/:version/publish')
  @HttpCode(200)
  @RequirePermission(DEFINE)
  publish(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    const number = knownVersion(version);
    const revision = expectedRevision(request);
    return this.#write(principal, request, response, 200, (manager, caller) =>
      this.definitions.publish(manager, caller, processId, number, revision),
    );
  }

  /** For another applicant only with `approval:define`: the answer tells who their managers are. */
  @Post(':id/simulate')
  @HttpCode(200)
  simulate(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body(SIMULATE_NAMES, new SchemaPipe(simulateSchema)) input: SimulateInput,
  ): Promise<unknown> {
    const processId = knownId(id, 'process');
    const isOwn = input.applicantId === undefined || input.applicantId === principal.userId;
    if (!isOwn || input.version !== undefined) requirePermission(principal, DEFINE);
    return this.#read(principal, (manager, caller) =>
      this.definitions.simulate(manager, caller, processId, input, isPermitted(principal, DEFINE)),
    );
  }

  @Get(':id/diagram')
  diagram(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<Diagram> {
    const processId = knownId(id, 'process');
    return this.#read(principal, (manager, caller) =>
      this.definitions.diagram(manager, caller, processId, isPermitted(principal, DEFINE)),
    );
  }

  @Get(':id/stats')
  @RequirePermission('approval:manage')
  statistics(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<ProcessStatistics> {
    const processId = knownId(id, 'process');
    return this.#read(principal, (manager, caller) => this.definitions.statistics(manager, caller, processId));
  }

  #setEnabled(
    principal: Principal,
    request: WriteRequest,
    response: WriteResponse,
    id: string,
    enabled: boolean,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    return this.#write(principal, request, response, 200, (manager, caller) =>
      this.definitions.setEnabled(manager, caller, processId, enabled),
    );
  }

  #read<T>(principal: Principal, work: (manager: EntityManager, caller: Caller) => Promise<T>): Promise<T> {
    return this.transactions.run(principal.tenantId, (manager) => work(manager, callerOf(principal)));
  }

  async #write(
    principal: Principal,
    request: WriteRequest,
    response: WriteResponse,
    status: number,
    work: (manager: EntityManager, caller: Caller) => Promise<Process>,
  ): Promise<Process> {
    const body = await this.requests.answer(principal, request, response, async (manager) => ({
      status,
      body: await work(manager, callerOf(principal)),
    }));
    return withTag(response, body as Process);
  }
}

function knownVersion(text: string): number {
  const parsed = z.coerce.number().int().min(1).max(1_000_000).safeParse(text);
  if (!parsed.success) throw unknown('version');
  return parsed.data;
}
