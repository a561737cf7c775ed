import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { idField, keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { joinTenant } from '@nest-herald/platform/postgres';
import { databaseTime } from '../store/database-time.js';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { simulate, type Simulation } from '../engine/decide/simulate.js';
import type { Definition } from '../engine/definition/definition.js';
import { diagramOf, type Diagram } from '../engine/diagram/diagram.js';
import type { FormData } from '../engine/form/form-schema.js';
import { compileGraph } from '../engine/graph/graph.js';
import {
  changeDefinition,
  countDefinitions,
  hasLiveInstances,
  insertDefinition,
  listDefinitions,
  processOf,
  readDefinition,
  updateDescription,
  type DefinitionRow,
  type Process,
  type ProcessFilter,
  type RowLock,
} from '../store/definition-store.js';
import { statisticsOf, type ProcessStatistics } from '../store/process-statistics.js';
import {
  insertVersion,
  listVersions,
  publishVersion,
  readVersion,
  versionOf,
  type ProcessVersion,
  type VersionRow,
} from '../store/version-store.js';
import { ApprovalRefusal, notFound, refusalOf, requireRevision } from './approval.errors.js';
import type { Caller } from './caller.js';
import {
  checkDefinition,
  drawingOf,
  invalidDefinition,
  keptDescription,
  type DefineProcess,
  type Drawing,
} from './check-definition.js';
import { DirectoryAnswers } from './directory-answers.js';
import type { PageQuery } from './page-query.js';

/** A process with the drawing of its active version, or of its latest version while none is published. */
export type ProcessWithDrawing = Process & Drawing & { readonly version: number };

/** The form to simulate. */
export interface SimulateProcess {
  readonly formData: FormData;
  /** @defaultValue the caller */
  readonly applicantId?: string | undefined;
  /** @defaultValue the active version */
  readonly version?: number | undefined;
}

/** The result of a simulation. */
export type SimulatedPath = Omit<Extract<Simulation, { readonly kind: 'path' }>, 'kind'>;

/** Processes and their versions. Every method joins the caller's transaction and checks no permission. */
@Injectable()
export class DefinitionsService {
  constructor(private readonly directory: DirectoryAnswers) {}

  /** @throws ApprovalRefusal 422 `invalid_definition` with every fault; 409 `code_taken` */
  async create(manager: EntityManager, caller: Caller, input: DefineProcess): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.create');
    const definition = checkDefinition(await this.#withCopiedParts(manager, caller, input));
    const row = { id: uuidv7(), definition, sort: input.sort ?? 0, by: caller.userId };
    if (!(await insertDefinition(manager, caller.tenantId, row))) {
      throw new ApprovalRefusal(
        'code_taken',
        `Another process has the code ${definition.code}. Choose a different code.`,
      );
    }
    await this.#insertVersion(manager, caller, row.id, 1, definition);
    if (input.publish !== false) await publishVersion(manager, caller.tenantId, row.id, 1, caller.userId);
    if (input.enabled === false) await changeDefinition(manager, caller.tenantId, row.id, 'disable');
    return processOf(await existing(manager, caller.tenantId, row.id, 'none'));
  }

  /** Adds a version and publishes it, unless `publish` is false. Instances keep the version with which they started. */
  async replace(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: DefineProcess,
    revision?: number,
  ): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.replace');
    const row = await existing(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    const described = { ...keptDescription(row, input), ...input };
    const definition = checkDefinition(await this.#withCopiedParts(manager, caller, described), row.code);
    const version = row.latest_version + 1;
    await this.#insertVersion(manager, caller, id, version, definition);
    await changeDefinition(manager, caller.tenantId, id, { latestVersion: version });
    if (input.publish !== false) {
      await publishVersion(manager, caller.tenantId, id, version, caller.userId);
      await updateDescription(manager, caller.tenantId, id, definition, input.sort);
    }
    if (input.enabled !== undefined && input.enabled !== row.enabled) {
      await changeDefinition(manager, caller.tenantId, id, input.enabled ? 'enable' : 'disable');
    }
    return processOf(await existing(manager, caller.tenantId, id, 'none'));
  }

  /** Adds a version as a draft, or publishes it with `publish: true`. */
  async addVersion(manager: EntityManager, caller: Caller, id: string, input: DefineProcess): Promise<ProcessVersion> {
    const process = await this.replace(manager, caller, id, { ...input, publish: input.publish === true });
    return versionOf(await this.#version(manager, caller.tenantId, id, process.latestVersion));
  }

  /** Publishes a draft for new instances. @throws ApprovalRefusal 409 `version_published` for a version that is no draft */
  async publish(
    manager: EntityManager,
    caller: Caller,
    id: string,
    version: number,
    revision?: number,
  ): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.publish');
    const row = await existing(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    const { definition } = await this.#version(manager, caller.tenantId, id, version);
    if (!(await publishVersion(manager, caller.tenantId, id, version, caller.userId))) {
      throw new ApprovalRefusal('version_published', `Version ${version} is no draft. Add a new version.`);
    }
    await updateDescription(manager, caller.tenantId, id, definition, undefined);
    return processOf(await existing(manager, caller.tenantId, id, 'none'));
  }

  /** Allows or prevents new instances. Existing instances continue. */
  async setEnabled(manager: EntityManager, caller: Caller, id: string, enabled: boolean): Promise<Process> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.setEnabled');
    const row = await existing(manager, caller.tenantId, id, 'update');
    if (row.enabled === enabled) return processOf(row);
    await changeDefinition(manager, caller.tenantId, id, enabled ? 'enable' : 'disable');
    return processOf(await existing(manager, caller.tenantId, id, 'none'));
  }

  /** Deletes a process; its ended instances stay readable. @throws ApprovalRefusal 409 `has_active_instances` */
  async remove(manager: EntityManager, caller: Caller, id: string, revision?: number): Promise<void> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.remove');
    const row = await existing(manager, caller.tenantId, id, 'update');
    requireRevision(revision, row.revision);
    if (await hasLiveInstances(manager, caller.tenantId, id)) {
      throw new ApprovalRefusal(
        'has_active_instances',
        'Some instances of this process have not ended. Disable the process instead.',
      );
    }
    await changeDefinition(manager, caller.tenantId, id, 'delete');
  }

  /** Lists processes, newest first. */
  async list(manager: EntityManager, caller: Caller, query: PageQuery & ProcessFilter): Promise<Page<Process>> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.list');
    const page = { before: keyAt(query.cursor, idField), limit: query.limit + 1, offset: query.offset };
    const rows = await listDefinitions(manager, caller.tenantId, query, page);
    const found = pageFrom(rows, query.limit, processOf, (row) => row.id);
    return withTotal(found, query, () => countDefinitions(manager, caller.tenantId, query));
  }

  /** @param everything whether an unpublished process is found, for callers who define processes */
  async get(manager: EntityManager, caller: Caller, id: string, everything: boolean): Promise<ProcessWithDrawing> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.get');
    const row = await visible(manager, caller.tenantId, id, everything);
    const version = row.active_version ?? row.latest_version;
    const { definition } = await this.#version(manager, caller.tenantId, id, version);
    return { ...processOf(row), version, ...drawingOf(definition) };
  }

  async versions(manager: EntityManager, caller: Caller, id: string, query: PageQuery): Promise<Page<ProcessVersion>> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.versions');
    await existing(manager, caller.tenantId, id, 'none');
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
    await existing(manager, caller.tenantId, id, 'none');
    const row = await this.#version(manager, caller.tenantId, id, version);
    return { ...versionOf(row), ...drawingOf(row.definition) };
  }

  /** Simulates a form with all assignees approving. Nothing is written. */
  async simulate(
    manager: EntityManager,
    caller: Caller,
    id: string,
    input: SimulateProcess,
    everything: boolean,
  ): Promise<SimulatedPath> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.simulate');
    const row = await visible(manager, caller.tenantId, id, everything);
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
    const result = await this.directory.complete(manager, caller.tenantId, (directory) =>
      simulate(graph, request, { now, directory }),
    );
    if (result.kind === 'refused') throw refusalOf(result.refusal);
    const { status, steps, edges, suspension } = result;
    return { status, steps, edges, suspension };
  }

  async diagram(manager: EntityManager, caller: Caller, id: string, everything: boolean): Promise<Diagram> {
    const { version } = await this.get(manager, caller, id, everything);
    return diagramOf(compileGraph((await this.#version(manager, caller.tenantId, id, version)).definition));
  }

  async statistics(manager: EntityManager, caller: Caller, id: string): Promise<ProcessStatistics> {
    await joinTenant(manager, caller.tenantId, 'DefinitionsService.statistics');
    return statisticsOf(manager, caller.tenantId, await existing(manager, caller.tenantId, id, 'none'));
  }

  /** Copies the drawing and the form of other processes. @throws ApprovalRefusal 422 when there is no such process */
  async #withCopiedParts(manager: EntityManager, caller: Caller, input: DefineProcess): Promise<DefineProcess> {
    const { drawingOf: drawingId, formOf: formId, ...own } = input;
    const copy = async (path: string, id: string | undefined): Promise<Partial<Drawing>> => {
      if (id === undefined) return {};
      const row = await readDefinition(manager, caller.tenantId, { id });
      if (row === undefined) throw invalidDefinition([{ path, message: 'There is no such process.' }]);
      const version = row.active_version ?? row.latest_version;
      return drawingOf((await this.#version(manager, caller.tenantId, id, version)).definition);
    };
    const drawing = 'nodes' in own ? {} : await copy('drawingOf', drawingId);
    const { formSchema } = await copy('formOf', formId);
    return { ...drawing, ...(formSchema === undefined ? {} : { formSchema }), ...own };
  }

  async #insertVersion(
    manager: EntityManager,
    caller: Caller,
    id: string,
    version: number,
    definition: Definition,
  ): Promise<void> {
    const checksum = createHash('sha256').update(JSON.stringify(definition)).digest('hex');
    await insertVersion(manager, caller.tenantId, { id, version, definition, checksum, by: caller.userId });
  }

  async #version(manager: EntityManager, tenantId: string, id: string, version: number): Promise<VersionRow> {
    const row = await readVersion(manager, tenantId, id, version);
    if (row === undefined) throw notFound('version');
    return row;
  }
}

async function existing(manager: EntityManager, tenantId: string, id: string, lock: RowLock): Promise<DefinitionRow> {
  const row = await readDefinition(manager, tenantId, { id }, lock);
  if (row === undefined) throw notFound('process');
  return row;
}

/** An unpublished process is visible only to callers who define processes. */
async function visible(
  manager: EntityManager,
  tenantId: string,
  id: string,
  everything: boolean,
): Promise<DefinitionRow> {
  const row = await existing(manager, tenantId, id, 'none');
  if (row.active_version === null && !everything) throw notFound('process');
  return row;
}
