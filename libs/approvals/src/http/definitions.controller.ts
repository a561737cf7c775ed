import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { isPermitted } from '@nest-herald/platform';
import {
  expectedRevision,
  pagingFields,
  RequirePermission,
  requirePermission,
  SchemaPipe,
  type Page,
} from '@nest-herald/platform/http';
import { z } from 'zod';
import { notFound } from '../application/approval.errors.js';
import type { DefineProcess, Drawing } from '../application/check-definition.js';
import {
  DefinitionsService,
  type ProcessWithDrawing,
  type SimulatedPath,
  type SimulateProcess,
} from '../application/definitions.service.js';
import type { Diagram } from '../engine/diagram/diagram.js';
import type { Process } from '../store/definition-store.js';
import type { ProcessStatistics } from '../store/process-statistics.js';
import type { ProcessVersion } from '../store/version-store.js';
import { CurrentCall, type ApprovalCall } from './approval-call.js';
import { ApprovalRequests } from './approval-requests.js';
import { ApprovalRoutes } from './approval-routes.js';
import { defineSchema, listProcessesSchema, simulateSchema } from './definition.schemas.js';
import { knownId } from './known-id.js';
import { LEGACY_DEFINITIONS } from './legacy-approvals.js';

const DEFINE = 'approval:define';
const versionsQuery = z.strictObject({ limit: pagingFields.limit, cursor: pagingFields.cursor });

/** Processes over HTTP. Everybody may read and simulate them; changes need `approval:define`. */
@ApprovalRoutes('processes', LEGACY_DEFINITIONS)
export class DefinitionsController {
  constructor(
    private readonly definitions: DefinitionsService,
    private readonly requests: ApprovalRequests,
  ) {}

  @Post()
  @RequirePermission(DEFINE)
  create(
    @CurrentCall() call: ApprovalCall,
    @Body(new SchemaPipe(defineSchema)) input: DefineProcess,
  ): Promise<Process> {
    return this.requests.change(call, 201, (manager) => this.definitions.create(manager, call.caller, input));
  }

  @Get()
  list(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(listProcessesSchema)) query: z.output<typeof listProcessesSchema>,
  ): Promise<Page<Process>> {
    const filter = { ...query, everything: mayDefine(call) };
    return this.requests.read(call, (manager) => this.definitions.list(manager, call.caller, filter));
  }

  @Get(':id')
  get(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<ProcessWithDrawing> {
    const processId = knownId(id, 'process');
    return this.requests.readTagged(call, (manager) =>
      this.definitions.get(manager, call.caller, processId, mayDefine(call)),
    );
  }

  @Put(':id')
  @RequirePermission(DEFINE)
  replace(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(defineSchema)) input: DefineProcess,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    return this.requests.change(call, 200, (manager, revision) =>
      this.definitions.replace(manager, call.caller, processId, input, revision),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission(DEFINE)
  remove(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<void> {
    const processId = knownId(id, 'process');
    const revision = expectedRevision(call.request);
    return this.requests.write(call, 204, (manager) =>
      this.definitions.remove(manager, call.caller, processId, revision),
    );
  }

  @Patch(':id/enable')
  @RequirePermission(DEFINE)
  enable(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Process> {
    return this.#setEnabled(call, id, true);
  }

  @Patch(':id/disable')
  @RequirePermission(DEFINE)
  disable(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Process> {
    return this.#setEnabled(call, id, false);
  }

  @Post(':id/versions')
  @RequirePermission(DEFINE)
  addVersion(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(defineSchema)) input: DefineProcess,
  ): Promise<ProcessVersion> {
    const processId = knownId(id, 'process');
    return this.requests.write(call, 201, (manager) =>
      this.definitions.addVersion(manager, call.caller, processId, input),
    );
  }

  @Get(':id/versions')
  @RequirePermission(DEFINE)
  versions(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Query(new SchemaPipe(versionsQuery)) query: z.output<typeof versionsQuery>,
  ): Promise<Page<ProcessVersion>> {
    const processId = knownId(id, 'process');
    return this.requests.read(call, (manager) => this.definitions.versions(manager, call.caller, processId, query));
  }

  @Get(':id/versions/:version')
  @RequirePermission(DEFINE)
  version(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<ProcessVersion & Drawing> {
    const processId = knownId(id, 'process');
    const number = knownVersion(version);
    return this.requests.read(call, (manager) => this.definitions.version(manager, call.caller, processId, number));
  }

  @Post(':id/versions/:version/publish')
  @HttpCode(200)
  @RequirePermission(DEFINE)
  publish(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Param('version') version: string,
  ): Promise<Process> {
    const processId = knownId(id, 'process');
    const number = knownVersion(version);
    return this.requests.change(call, 200, (manager, revision) =>
      this.definitions.publish(manager, call.caller, processId, number, revision),
    );
  }

  /** Another applicant needs `approval:define`, because the answer shows who that person's managers are. */
  @Post(':id/simulate')
  @HttpCode(200)
  simulate(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(simulateSchema)) input: SimulateProcess,
  ): Promise<SimulatedPath> {
    const processId = knownId(id, 'process');
    const isOwn = input.applicantId === undefined || input.applicantId === call.caller.userId;
    if (!isOwn || input.version !== undefined) requirePermission(call.principal, DEFINE);
    return this.requests.read(call, (manager) =>
      this.definitions.simulate(manager, call.caller, processId, input, mayDefine(call)),
    );
  }

  @Get(':id/diagram')
  diagram(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Diagram> {
    const processId = knownId(id, 'process');
    return this.requests.read(call, (manager) =>
      this.definitions.diagram(manager, call.caller, processId, mayDefine(call)),
    );
  }

  @Get(':id/stats')
  @RequirePermission('approval:manage')
  statistics(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<ProcessStatistics> {
    const processId = knownId(id, 'process');
    return this.requests.read(call, (manager) => this.definitions.statistics(manager, call.caller, processId));
  }

  #setEnabled(call: ApprovalCall, id: string, enabled: boolean): Promise<Process> {
    const processId = knownId(id, 'process');
    return this.requests.change(call, 200, (manager) =>
      this.definitions.setEnabled(manager, call.caller, processId, enabled),
    );
  }
}

function mayDefine(call: ApprovalCall): boolean {
  return isPermitted(call.principal, DEFINE);
}

function knownVersion(text: string): number {
  const parsed = z.coerce.number().int().min(1).max(1_000_000).safeParse(text);
  if (!parsed.success) throw notFound('version');
  return parsed.data;
}
