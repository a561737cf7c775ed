import { Inject, Injectable } from '@nestjs/common';
import { databaseTime, joinTenant } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ApprovalRefusal, unknown } from './approval.errors.js';
import type { Caller } from './caller.js';
import { readDefinition, type DefinitionRow } from '../store/definition-store.js';
import { GraphCache } from './graph-cache.js';
import { chainStart, verifyChain, type ChainCheck } from '../engine/audit/audit-chain.js';
import { diagramOf, type Diagram } from '../engine/diagram/diagram.js';
import type { FormData } from '../engine/form/form-schema.js';
import type { CommandBody, Picks } from '../engine/instance/command.js';
import { draftInstance, type InstanceState } from '../engine/instance/instance-state.js';
import { formFromText } from './form-from-text.js';
import { idField } from '../http/known-id.js';
import { keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { historyEntryOf, readHistory } from '../store/audit-store.js';
import { DirectoryAnswers } from './directory-answers.js';
import { InstanceCommands } from './command-executor.js';
import { approvalTaskOf, tasksOfInstance } from '../store/task-store.js';
import type { ApprovalTask } from '../http/task.schemas.js';
import type {
  HistoryEntryAnswer,
  Instance,
  InstanceSummary,
  ListInstances,
  StartInput,
  SubmitInput,
} from '../http/instance.schemas.js';
import {
  countInstances,
  findByBusinessKey,
  listInstances,
  summarise,
  type InstanceFilter,
} from '../store/instance-lists.js';
import { insertInstance, instanceOf, readInstance, type InstanceRow } from '../store/instance-store.js';

/** A start as code of the host gives it; what is left out has its default. */
export type NewRequest = Partial<StartInput>;

/**
 * Requests going through their processes. Every method works inside the caller's transaction: a host's own manager (then
 * the request, the host's rows and every event commit together) or that of a request of the API.
 */
@Injectable()
export class ApprovalsService {
  constructor(
    @Inject(InstanceCommands) private readonly commands: InstanceCommands,
    @Inject(GraphCache) private readonly graphs: GraphCache,
    @Inject(DirectoryAnswers) private readonly directory: DirectoryAnswers,
  ) {}

  /**
   * Makes a request and, unless `draft`, submits it.
   * @throws ApprovalRefusal 404 for an unknown process, 409 `process_disabled`, `business_in_progress`, and what the engine
   * refuses (422 `invalid_form`, `path_unresolvable` …).
   */
  async start(manager: EntityManager, caller: Caller, input: NewRequest): Promise<Instance> {
    const { tenantId, userId } = caller;
    await joinTenant(manager, tenantId, 'ApprovalsService.start');
    const by = input.processId === undefined ? { code: input.code ?? '' } : { id: input.processId };
    // Held, so that a process is not deleted while a request begins.
    const definition = await readDefinition(manager, tenantId, by, 'share');
    if (definition === undefined) throw unknown('process');
    if (!definition.enabled || definition.active_version === null) {
      throw new ApprovalRefusal(
        'process_disabled',
        `No requests can be made with ${definition.code}: it is ${definition.enabled ? 'not published' : 'disabled'}.`,
      );
    }
    const id = uuidv7();
    const title = input.title ?? definition.name;
    const state = draftInstance({
      instanceId: id,
      tenantId,
      applicantId: userId,
      title,
      businessType: input.businessType ?? '',
      businessId: input.businessId ?? '',
      form: await this.#formOf(manager, tenantId, definition, input),
    });
    const inserted = await insertInstance(manager, tenantId, {
      id,
      definition_id: definition.id,
      version: definition.active_version,
      code: definition.code,
      name: definition.name,
      title,
      business_type: input.businessType ?? null,
      business_id: input.businessId ?? null,
      applicant_id: userId,
      applicant_name: await this.directory.nameOf(manager, tenantId, userId),
      status: state.status,
      round: state.round,
      revision: state.revision,
      state,
      last_hash: chainStart({ tenantId, instanceId: id }),
      created_at: new Date(await databaseTime(manager)),
    });
    if (!inserted) {
      throw new ApprovalRefusal(
        'business_in_progress',
        `A request for ${input.businessType} ${input.businessId} is under way already.`,
      );
    }
    if (input.draft === true) {
      const row = await readInstance(manager, tenantId, id);
      if (row === undefined) throw unknown('instance');
      return instanceOf(row);
    }
    return this.give(manager, caller, id, { type: 'start', ...picksOf(input.picks) });
  }

  /** Submits a draft. @throws ApprovalRefusal 409 `invalid_transition` for anything else. */
  submit(manager: EntityManager, caller: Caller, id: string, input: SubmitInput, revision?: number): Promise<Instance> {
    return this.give(manager, caller, id, { type: 'start', ...submitted(input) }, revision);
  }

  /** Submits a returned request again. */
  resubmit(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: SubmitInput,
    revision?: number,
  ): Promise<Instance> {
    const comment = input.comment === undefined ? {} : { comment: input.comment };
    return this.give(manager, caller, id, { type: 'resubmit', ...submitted(input), ...comment }, revision);
  }

  /** The applicant takes the request back. */
  withdraw(manager: EntityManager, caller: Caller, id: string, reason?: string, revision?: number): Promise<Instance> {
    return this.give(manager, caller, id, { type: 'withdraw', ...(reason ? { reason } : {}) }, revision);
  }

  /** An administrator (or the applicant, where the process says so) ends the request. */
  cancel(manager: EntityManager, caller: Caller, id: string, reason: string, revision?: number): Promise<Instance> {
    return this.give(manager, caller, id, { type: 'cancel', reason }, revision);
  }

  comment(manager: EntityManager, caller: Caller, id: string, text: string): Promise<Instance> {
    return this.give(manager, caller, id, { type: 'comment', text });
  }

  /** Puts people on copy. */
  cc(manager: EntityManager, caller: Caller, id: string, users: readonly string[]): Promise<Instance> {
    return this.give(manager, caller, id, { type: 'cc', users });
  }

  /** Gives any command to an instance. @param revision what the caller knew of it. */
  async give(
    manager: EntityManager,
    caller: Caller,
    id: string,
    body: CommandBody,
    revision?: number,
  ): Promise<Instance> {
    await joinTenant(manager, caller.tenantId, 'ApprovalsService.give');
    const held = await this.commands.hold(manager, caller.tenantId, id);
    const known = { expected: revision, actual: held.row.revision };
    return instanceOf(await this.commands.give(manager, caller, held, body, known));
  }

  /** @throws ApprovalRefusal 404; 403 `forbidden` for people of the tenant who have nothing to do with it. */
  async get(manager: EntityManager, caller: Caller, id: string): Promise<Instance> {
    return instanceOf(await this.readable(manager, caller, id));
  }

  /** The newest request for a thing of the host. */
  async byBusinessKey(manager: EntityManager, caller: Caller, type: string, businessId: string): Promise<Instance> {
    await joinTenant(manager, caller.tenantId, 'ApprovalsService.byBusinessKey');
    const row = await findByBusinessKey(manager, caller.tenantId, type, businessId);
    if (row === undefined) throw unknown('instance');
    requireInvolved(caller, row.state);
    return instanceOf(row);
  }

  /** What the caller may see, newest first; holders of `approval:manage` see all of the tenant. */
  async list(
    manager: EntityManager,
    caller: Caller,
    query: ListInstances,
    scope: InstanceFilter['scope'],
  ): Promise<Page<Instance>> {
    await joinTenant(manager, caller.tenantId, 'ApprovalsService.list');
    const before = keyAt(query.cursor, idField);
    const filter = { query, scope, userId: caller.userId, before };
    const rows = await listInstances(manager, caller.tenantId, filter);
    const found = pageFrom(rows, query.limit, instanceOf, (row) => row.id);
    return withTotal(found, query, () => countInstances(manager, caller.tenantId, filter));
  }

  /** Counts by status of what the caller may see. */
  async summary(manager: EntityManager, caller: Caller): Promise<InstanceSummary> {
    await joinTenant(manager, caller.tenantId, 'ApprovalsService.summary');
    return summarise(manager, caller.tenantId, caller.manages ? null : caller.userId);
  }

  /** The history, oldest first. */
  async history(
    manager: EntityManager,
    caller: Caller,
    id: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<HistoryEntryAnswer>> {
    await this.readable(manager, caller, id);
    const after = keyAt(page.cursor, z.coerce.number().int().min(0).max(2_000_000_000)) ?? 0;
    const rows = await readHistory(manager, caller.tenantId, id, after, page.limit + 1);
    return pageFrom(rows, page.limit, historyEntryOf, (row) => String(row.n));
  }

  /** Whether the history is as it was written; otherwise which row is not. */
  async verify(manager: EntityManager, caller: Caller, id: string): Promise<ChainCheck> {
    const row = await this.readable(manager, caller, id);
    const rows = await readHistory(manager, caller.tenantId, id);
    return verifyChain({ tenantId: caller.tenantId, instanceId: id }, rows, row.last_hash);
  }

  async tasks(manager: EntityManager, caller: Caller, id: string): Promise<readonly ApprovalTask[]> {
    await this.readable(manager, caller, id);
    return (await tasksOfInstance(manager, caller.tenantId, id)).map(approvalTaskOf);
  }

  /** The drawing of its version, with where it is and which way it came. */
  async diagram(manager: EntityManager, caller: Caller, id: string): Promise<Diagram> {
    const row = await this.readable(manager, caller, id);
    const graph = await this.graphs.graphOf(manager, caller.tenantId, row.definition_id, row.version);
    return diagramOf(graph, row.state);
  }

  /** The form as it was sent; where every value came as text, with the types of the process's form. */
  async #formOf(
    manager: EntityManager,
    tenantId: string,
    { id, active_version: version }: DefinitionRow,
    { formData = {}, formDataIsText }: NewRequest,
  ): Promise<FormData> {
    if (formDataIsText !== true || version === null) return formData;
    const { definition } = await this.graphs.graphOf(manager, tenantId, id, version);
    return formFromText(definition.formSchema, formData);
  }

  private async readable(manager: EntityManager, caller: Caller, id: string): Promise<InstanceRow> {
    await joinTenant(manager, caller.tenantId, 'ApprovalsService.readable');
    const row = await readInstance(manager, caller.tenantId, id);
    if (row === undefined) throw unknown('instance');
    requireInvolved(caller, row.state);
    return row;
  }
}

/** Whether somebody may read an instance: applicant, everybody who has or had a task, those on copy, `approval:manage`. */
export function isInvolved(caller: Caller, state: InstanceState): boolean {
  return (
    caller.manages ||
    state.applicantId === caller.userId ||
    state.cc.includes(caller.userId) ||
    state.tasks.some(
      (task) => (task.assigneeId === caller.userId && task.status !== 'waiting') || task.onBehalfOf === caller.userId,
    )
  );
}

/** @throws ApprovalRefusal 403. */
export function requireInvolved(caller: Caller, state: InstanceState): void {
  if (isInvolved(caller, state)) return;
  throw new ApprovalRefusal('forbidden', 'You have nothing to do with this request.');
}

function picksOf(picks: StartInput['picks']): { readonly picks?: Picks } {
  if (picks === undefined) return {};
  return { picks: Object.entries(picks).map(([nodeId, users]) => ({ nodeId, users })) };
}

function submitted(input: SubmitInput) {
  return { ...(input.formData === undefined ? {} : { form: input.formData }), ...picksOf(input.picks) };
}
