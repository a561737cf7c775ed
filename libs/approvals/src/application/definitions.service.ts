import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { databaseTime, joinTenant } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ApprovalRefusal, refusalOf, requireRevision, unknown } from './approval.errors.js';
import type { Caller } from './caller.js';
import { simulate, type Simulation } from '../engine/decide/simulate.js';
import type { Definition } from '../engine/definition/definition.js';
import { diagramOf, type Diagram } from '../engine/diagram/diagram.js';
import { compileGraph } from '../engine/graph/graph.js';
import { idField } from '../http/known-id.js';
import { keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { DirectoryAnswers } from './directory-answers.js';
import { checked, described, drawingOf, invalid, type Drawing } from './check-definition.js';
import type {
  DefineInput,
  ListProcesses,
  Process,
  ProcessStatistics,
  ProcessVersion,
  SimulateInput,
} from '../http/definition.schemas.js';
import {
  changeDefinition,
  countDefinitions,
  describeDefinition,
  hasLiveInstances,
  insertDefinition,
  insertVersion,
  listDefinitions,
  listVersions,
  processOf,
  publishVersion,
  readDefinition,
  readVersion,
  versionOf,
  type DefinitionRow,
  type RowLock,
} from '../store/definition-store.js';
import { statisticsOf } from '../store/process-statistics.js';

/** A process with the drawing of its active version (its newest one while none is published). */
export type ProcessWithDrawing = Process & Drawing & { readonly version: number };

/** Processes and their versions; every method works inside the caller's transaction. Who may is the routes' business. */
@Injectable()
export class DefinitionsService {
  constructor(@Inject(DirectoryAnswers) private readonly directory: DirectoryAnswers) {}

  /** @throws ApprovalRefusal 422 `invalid_definition` with every fault; 409 `code_taken`. */
  async create(manager: EntityManager, caller: Caller, input: DefineInput): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.create');
    const definition = checked(await this.#drawn(manager, caller, input));
    const row = { id: uuidv7(), definition, sort: input.sort ?? 0, by: caller.userId };
    if (!(await insertDefinition(manager, caller.tenantId, row))) {
      throw new ApprovalRefusal('code_taken', `There is a process with the code ${definition.code} already.`);
    }
    await this.#addVersion(manager, caller, row.id, 1, definition);
    if (input.publish !== false) await publishVersion(manager, caller.tenantId, row.id, 1, caller.userId);
    if (input.enabled === false) await changeDefinition(manager, caller.tenantId, row.id, 'disable');
    return processOf(await held(manager, caller.tenantId, row.id, 'none'));
  }

  /** Replaces a process: a new version, published unless `publish` is false. Running instances keep theirs. */
  async replace(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: DefineInput,
    revision?: number,
  ): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.replace');
    const row = await held(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    const definition = checked(await this.#drawn(manager, caller, { ...described(row, input), ...input }), row.code);
    const version = row.latest_version + 1;
    await this.#addVersion(manager, caller, id, version, definition);
    await changeDefinition(manager, caller.tenantId, id, { latestVersion: version });
    if (input.publish !== false) {
      await publishVersion(manager, caller.tenantId, id, version, caller.userId);
      await describeDefinition(manager, caller.tenantId, id, definition, input.sort);
    }
    if (input.enabled !== undefined && input.enabled !== row.enabled) {
      await changeDefinition(manager, caller.tenantId, id, input.enabled ? 'enable' : 'disable');
    }
    return processOf(await held(manager, caller.tenantId, id, 'none'));
  }

  /** Adds a version as a draft; `publish: true` publishes it at once. */
  async addVersion(manager: EntityManager, caller: Caller, id: string, input: DefineInput): Promise<ProcessVersion> {
    const process = await this.replace(manager, caller, id, { ...input, publish: input.publish === true });
    return versionOf(await this.#version(manager, caller.tenantId, id, process.latestVersion));
  }

  /** Publishes a draft: new instances start with it. @throws ApprovalRefusal 409 `version_published` for one that is no draft. */
  async publish(
    manager: EntityManager,
    caller: Caller,
    id: string,
    version: number,
    revision?: number,
  ): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.publish');
    const row = await held(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    const { definition } = await this.#version(manager, caller.tenantId, id, version);
    if (!(await publishVersion(manager, caller.tenantId, id, version, caller.userId))) {
      throw new ApprovalRefusal('version_published', `Version ${version} was published before. Make a new version.`);
    }
    await describeDefinition(manager, caller.tenantId, id, definition, undefined);
    return processOf(await held(manager, caller.tenantId, id, 'none'));
  }

  /** Whether new requests can be made with it; those under way go on. */
  async setEnabled(manager: EntityManager, caller: Caller, id: string, enabled: boolean): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.setEnabled');
    const row = await held(manager, caller.tenantId, id, 'update');
    if (row.enabled === enabled) return processOf(row);
    await changeDefinition(manager, caller.tenantId, id, enabled ? 'enable' : 'disable');
    return processOf(await held(manager, caller.tenantId, id, 'none'));
  }

  /** Takes a process out of every list; its finished instances stay. @throws ApprovalRefusal 409 `has_active_instances`. */
  async remove(manager: EntityManager, caller: Caller, id: string, revision?: number): Promise<void> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.remove');
    const row = await held(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    if (await hasLiveInstances(manager, caller.tenantId, id)) {
      throw new ApprovalRefusal('has_active_instances', 'Requests of this process are under way. Disable it instead.');
    }
    await changeDefinition(manager, caller.tenantId, id, 'delete');
  }

  /** @param everything also disabled and unpublished ones, for those who define processes. */
  async list(
    manager: EntityManager,
    caller: Caller,
    query: ListProcesses,
    everything: boolean,
  ): Promise<Page<Process>> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.list');
    const before = keyAt(query.cursor, idField);
    const rows = await listDefinitions(manager, caller.tenantId, query, before, everything);
    const found = pageFrom(rows, query.limit, processOf, (row) => row.id);
    return withTotal(found, query, () => countDefinitions(manager, caller.tenantId, query, everything));
  }

  async get(manager: EntityManager, caller: Caller, id: string, everything: boolean): Promise<ProcessWithDrawing> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.get');
    const row = await held(manager, caller.tenantId, id, 'none');
    requireShown(row, everything);
    const version = row.active_version ?? row.latest_version;
    const { definition } = await this.#version(manager, caller.tenantId, id, version);
    return { ...processOf(row), version, ...drawingOf(definition) };
  }

  async versions(
    manager: EntityManager,
    caller: Caller,
    id: string,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<ProcessVersion>> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.versions');
    await held(manager, caller.tenantId, id, 'none');
    const before = keyAt(query.cursor, z.coerce.number().int().min(1).max(1_000_000));
    const rows = await listVersions(manager, caller.tenantId, id, before, query.limit + 1);
    return pageFrom(rows, query.limit, versionOf, (row) => String(row.version));
  }

  async version(
    manager: EntityManager,
    caller: Caller,
    id: string,
    version: number,
  ): Promise<ProcessVersion & Drawing> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.version');
    await held(manager, caller.tenantId, id, 'none');
    const row = await this.#version(manager, caller.tenantId, id, version);
    return { ...versionOf(row), ...drawingOf(row.definition) };
  }

  /** The way that a form would go if everybody approved; nothing is written. */
  async simulate(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: SimulateInput,
    everything: boolean,
  ): Promise<Omit<Extract<Simulation, { readonly kind: 'path' }>, 'kind'>> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.simulate');
    const row = await held(manager, caller.tenantId, id, 'none');
    requireShown(row, everything);
    const version = input.version ?? row.active_version ?? row.latest_version;
    const { definition } = await this.#version(manager, caller.tenantId, id, version);
    const graph = compileGraph(definition);
    const request = {
      instanceId: 'simulation',
      tenantId: caller.tenantId,
      applicantId: input.applicantId ?? caller.userId,
      title: row.name,
      form: input.formData,
    };
    const now = await databaseTime(manager);
    const answer = await this.directory.settle(manager, caller.tenantId, (directory) =>
      simulate(graph, request, { now, directory }),
    );
    if (answer.kind === 'refused') throw refusalOf(answer.refusal);
    const { status, steps, edges, suspension } = answer;
    return { status, steps, edges, suspension };
  }

  async diagram(manager: EntityManager, caller: Caller, id: string, everything: boolean): Promise<Diagram> {
    const { version } = await this.get(manager, caller, id, everything);
    return diagramOf(compileGraph((await this.#version(manager, caller.tenantId, id, version)).definition));
  }

  async statistics(manager: EntityManager, caller: Caller, id: string): Promise<ProcessStatistics> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.statistics');
    return statisticsOf(manager, caller.tenantId, await held(manager, caller.tenantId, id, 'none'));
  }

  /** Puts in what is taken over from other processes. @throws ApprovalRefusal 422 where there is no such process. */
  async #drawn(manager: EntityManager, caller: Caller, input: DefineInput): Promise<DefineInput> {
    const { drawingOf: drawing, formOf: form, ...own } = input;
    const taken = async (path: string, id: string | undefined): Promise<Partial<Drawing>> => {
      if (id === undefined) return {};
      const row = await readDefinition(manager, caller.tenantId, { id });
      if (row === undefined) throw invalid([{ path, message: 'There is no such process.' }]);
      const version = row.active_version ?? row.latest_version;
      return drawingOf((await this.#version(manager, caller.tenantId, id, version)).definition);
    };
    const drawn = 'nodes' in own ? {} : await taken('drawingOf', drawing);
    const { formSchema } = await taken('formOf', form);
    return { ...drawn, ...(formSchema === undefined ? {} : { formSchema }), ...own };
  }

  async #addVersion(
    manager: EntityManager,
    caller: Caller,
    id: string,
    version: number,
    definition: Definition,
  ): Promise<void> {
    const checksum = createHash('sha256').update(JSON.stringify(definition)).digest('hex');
    await insertVersion(manager, caller.tenantId, { id, version, definition, checksum, by: caller.userId });
  }

  async #version(manager: EntityManager, tenantId: string, id: string, version: number) {
    const row = await readVersion(manager, tenantId, id, version);
    if (row === undefined) throw unknown('version');
    return row;
  }
}

async function held(manager: EntityManager, tenantId: string, id: string, lock: RowLock): Promise<DefinitionRow> {
  const row = await readDefinition(manager, tenantId, { id }, lock);
  if (row === undefined) throw unknown('process');
  return row;
}

/** A drawing that was never published is the business of those who define processes. @throws ApprovalRefusal 404. */
function requireShown(row: DefinitionRow, everything: boolean): void {
  if (row.active_version === null && !everything) throw unknown('process');
}
