import { Injectable } from '@nestjs/common';
import { idField, keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { joinTenant } from '@nest-herald/platform/postgres';
import { databaseTime } from '../store/database-time.js';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { chainStart, verifyChain, type ChainCheck } from '../engine/audit/audit-chain.js';
import { diagramOf, type Diagram } from '../engine/diagram/diagram.js';
import type { FormData } from '../engine/form/form-schema.js';
import type { CommandBody, Picks } from '../engine/instance/command.js';
import { draftInstance } from '../engine/instance/instance-state.js';
import { historyItemOf, readHistory, type HistoryItem } from '../store/audit-store.js';
import { readDefinition, type DefinitionRow } from '../store/definition-store.js';
import {
  countInstances,
  findByBusinessKey,
  listInstances,
  summariseInstances,
  type InstanceFilter,
  type InstanceScope,
  type InstanceSummary,
} from '../store/instance-lists.js';
import { insertInstance, instanceOf, readInstance, type Instance, type InstanceRow } from '../store/instance-store.js';
import { approvalTaskOf, tasksOfInstance, type ApprovalTask } from '../store/task-store.js';
import { ApprovalRefusal, notFound } from './approval.errors.js';
import type { Caller } from './caller.js';
import { CommandExecutor } from './command-executor.js';
import { DirectoryAnswers } from './directory-answers.js';
import { formFromText } from './form-from-text.js';
import { GraphCache } from './graph-cache.js';
import { requireInvolved } from './involvement.js';
import type { PicksByStep, StartInstance, SubmitInstance } from './instance-requests.js';
import type { PageQuery } from './page-query.js';

/**
 * Instances. Every method joins the caller's transaction: that of the host (then the instance, the host's rows and every event
 * commit together) or that of an API request.
 */
@Injectable()
export class InstancesService {
  constructor(
    private readonly commands: CommandExecutor,
    private readonly graphs: GraphCache,
    private readonly directory: DirectoryAnswers,
  ) {}

  /**
   * Makes an instance and, unless `draft`, submits it.
   *
   * @throws ApprovalRefusal 404 for an unknown process; 409 `process_disabled`, `business_in_progress`; the engine's refusals
   * (422 `invalid_form`, `path_unresolvable` …)
   */
  async start(manager: EntityManager, caller: Caller, input: StartInstance): Promise<Instance> {
    const { tenantId, userId } = caller;
    await joinTenant(manager, tenantId, 'InstancesService.start');
    const by = input.processId === undefined ? { code: input.code ?? '' } : { id: input.processId };
    // The lock prevents the deletion of the process before the instance is inserted.
    const definition = await readDefinition(manager, tenantId, by, 'share');
    if (definition === undefined) throw notFound('process');
    if (!definition.enabled || definition.active_version === null) {
      throw new ApprovalRefusal(
        'process_disabled',
        `Process ${definition.code} is ${definition.enabled ? 'not published' : 'disabled'} and cannot start instances.`,
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
    const isInserted = await insertInstance(manager, tenantId, {
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
    if (!isInserted) {
      throw new ApprovalRefusal(
        'business_in_progress',
        `An instance for ${input.businessType} ${input.businessId} has not ended yet.`,
      );
    }
    if (input.draft === true) {
      const row = await readInstance(manager, tenantId, id);
      if (row === undefined) throw notFound('instance');
      return instanceOf(row);
    }
    return this.#execute('start', manager, caller, id, { type: 'start', ...picksOf(input.picks) });
  }

  /** Submits a draft. @throws ApprovalRefusal 409 `invalid_transition` for any other status */
  submit(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: SubmitInstance,
    revision?: number,
  ): Promise<Instance> {
    return this.#execute('submit', manager, caller, id, { type: 'start', ...submission(input) }, revision);
  }

  /** Submits a returned instance again. */
  resubmit(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: SubmitInstance,
    revision?: number,
  ): Promise<Instance> {
    const comment = input.comment === undefined ? {} : { comment: input.comment };
    return this.#execute(
      'resubmit',
      manager,
      caller,
      id,
      { type: 'resubmit', ...submission(input), ...comment },
      revision,
    );
  }

  /** The applicant withdraws the instance. */
  withdraw(manager: EntityManager, caller: Caller, id: string, reason?: string, revision?: number): Promise<Instance> {
    return this.#execute(
      'withdraw',
      manager,
      caller,
      id,
      { type: 'withdraw', ...(reason ? { reason } : {}) },
      revision,
    );
  }

  /** An administrator (or the applicant, if the process allows it) cancels the instance. */
  cancel(manager: EntityManager, caller: Caller, id: string, reason: string, revision?: number): Promise<Instance> {
    return this.#execute('cancel', manager, caller, id, { type: 'cancel', reason }, revision);
  }

  comment(manager: EntityManager, caller: Caller, id: string, text: string): Promise<Instance> {
    return this.#execute('comment', manager, caller, id, { type: 'comment', text });
  }

  /** Puts people on copy. */
  cc(manager: EntityManager, caller: Caller, id: string, users: readonly string[]): Promise<Instance> {
    return this.#execute('cc', manager, caller, id, { type: 'cc', users });
  }

  /**
   * Executes any command on an instance.
   *
   * @param revision the revision that the caller expects
   * @throws ApprovalRefusal with the engine's code; 404; 412 `precondition_failed`
   */
  execute(manager: EntityManager, caller: Caller, id: string, body: CommandBody, revision?: number): Promise<Instance> {
    return this.#execute('execute', manager, caller, id, body, revision);
  }

  async #execute(
    method: string,
    manager: EntityManager,
    caller: Caller,
    id: string,
    body: CommandBody,
    revision?: number,
  ): Promise<Instance> {
    await joinTenant(manager, caller.tenantId, `InstancesService.${method}`);
    const locked = await this.commands.lock(manager, caller.tenantId, id);
    const revisions = { expected: revision, actual: locked.row.revision };
    return instanceOf(await this.commands.execute(manager, caller, locked, body, revisions));
  }

  /** @throws ApprovalRefusal 404; 403 `forbidden` for people who are not involved */
  async get(manager: EntityManager, caller: Caller, id: string): Promise<Instance> {
    return instanceOf(await this.#readable(manager, caller, id, 'get'));
  }

  /** The newest instance with a business key. */
  async byBusinessKey(manager: EntityManager, caller: Caller, type: string, businessId: string): Promise<Instance> {
    await joinTenant(manager, caller.tenantId, 'InstancesService.byBusinessKey');
    const row = await findByBusinessKey(manager, caller.tenantId, type, businessId);
    if (row === undefined) throw notFound('instance');
    requireInvolved(caller, row.state);
    return instanceOf(row);
  }

  /** Lists instances, newest first. The caller of this method decides the scope. */
  async list(
    manager: EntityManager,
    caller: Caller,
    query: PageQuery & InstanceFilter,
    scope: InstanceScope['scope'],
  ): Promise<Page<Instance>> {
    await joinTenant(manager, caller.tenantId, 'InstancesService.list');
    const { tenantId, userId } = caller;
    const page = { before: keyAt(query.cursor, idField), limit: query.limit + 1, offset: query.offset };
    const rows = await listInstances(manager, tenantId, { scope, userId }, query, page);
    const found = pageFrom(rows, query.limit, instanceOf, (row) => row.id);
    return withTotal(found, query, () => countInstances(manager, tenantId, { scope, userId }, query));
  }

  /** Counts the instances that the caller can read, by status. */
  async summary(manager: EntityManager, caller: Caller): Promise<InstanceSummary> {
    await joinTenant(manager, caller.tenantId, 'InstancesService.summary');
    return summariseInstances(manager, caller.tenantId, caller.manages ? null : caller.userId);
  }

  /** The history, oldest first. */
  async history(manager: EntityManager, caller: Caller, id: string, query: PageQuery): Promise<Page<HistoryItem>> {
    await this.#readable(manager, caller, id, 'history');
    const after = keyAt(query.cursor, z.coerce.number().int().min(0).max(2_000_000_000)) ?? 0;
    const rows = await readHistory(manager, caller.tenantId, id, after, query.limit + 1);
    return pageFrom(rows, query.limit, historyItemOf, (row) => String(row.n));
  }

  /** Verifies the audit chain. */
  async verify(manager: EntityManager, caller: Caller, id: string): Promise<ChainCheck> {
    const row = await this.#readable(manager, caller, id, 'verify');
    const rows = await readHistory(manager, caller.tenantId, id);
    return verifyChain({ tenantId: caller.tenantId, instanceId: id }, rows, row.last_hash);
  }

  async tasks(manager: EntityManager, caller: Caller, id: string): Promise<readonly ApprovalTask[]> {
    await this.#readable(manager, caller, id, 'tasks');
    return (await tasksOfInstance(manager, caller.tenantId, id)).map(approvalTaskOf);
  }

  /** The diagram of the instance's version, with the state of each step and the edges taken. */
  async diagram(manager: EntityManager, caller: Caller, id: string): Promise<Diagram> {
    const row = await this.#readable(manager, caller, id, 'diagram');
    const graph = await this.graphs.graphOf(manager, caller.tenantId, row.definition_id, row.version);
    return diagramOf(graph, row.state);
  }

  async #formOf(
    manager: EntityManager,
    tenantId: string,
    { id, active_version: version }: DefinitionRow,
    { formData = {}, formDataIsText }: StartInstance,
  ): Promise<FormData> {
    if (formDataIsText !== true || version === null) return formData;
    const { definition } = await this.graphs.graphOf(manager, tenantId, id, version);
    return formFromText(definition.formSchema, formData);
  }

  async #readable(manager: EntityManager, caller: Caller, id: string, method: string): Promise<InstanceRow> {
    await joinTenant(manager, caller.tenantId, `InstancesService.${method}`);
    const row = await readInstance(manager, caller.tenantId, id);
    if (row === undefined) throw notFound('instance');
    requireInvolved(caller, row.state);
    return row;
  }
}

function picksOf(picks: PicksByStep | undefined): { readonly picks?: Picks } {
  if (picks === undefined) return {};
  return { picks: Object.entries(picks).map(([nodeId, users]) => ({ nodeId, users })) };
}

function submission(input: SubmitInstance) {
  return { ...(input.formData === undefined ? {} : { form: input.formData }), ...picksOf(input.picks) };
}
