import type { EntityManager } from 'typeorm';
import type { Definition } from '../engine/definition/definition.js';
import type { ListProcesses, Process, ProcessVersion } from '../http/definition.schemas.js';

/** A row of `apv_definition`. */
export interface DefinitionRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly category: string | null;
  readonly icon: string | null;
  readonly description: string | null;
  readonly sort: number;
  readonly enabled: boolean;
  readonly active_version: number | null;
  readonly latest_version: number;
  readonly revision: number;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A row of `apv_definition_version`. */
export interface VersionRow {
  readonly definition_id: string;
  readonly version: number;
  readonly definition: Definition;
  readonly checksum: string;
  readonly status: 'draft' | 'published' | 'retired';
  readonly created_by: string;
  readonly created_at: Date;
  readonly published_by: string | null;
  readonly published_at: Date | null;
}

const COLUMNS = `id, code, name, category, icon, description, sort, enabled, active_version, latest_version, revision,
  created_by, created_at, updated_at`;

/** How a definition's row is held: `share` keeps it from being deleted, `update` serialises its changes. */
export type RowLock = 'none' | 'share' | 'update';

const LOCK: Readonly<Record<RowLock, string>> = { none: '', share: 'for share', update: 'for update' };

/** A live definition by id or by code. */
export async function readDefinition(
  manager: EntityManager,
  tenantId: string,
  by: { readonly id: string } | { readonly code: string },
  lock: RowLock = 'none',
): Promise<DefinitionRow | undefined> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['code', by.code];
  const rows: DefinitionRow[] = await manager.query(
    `select ${COLUMNS} from herald.apv_definition where tenant_id = $1 and ${column} = $2 and deleted_at is null ${LOCK[lock]}`,
    [tenantId, value],
  );
  return rows[0];
}

/** A page of definitions by id, newest first. `everything` also shows disabled and unpublished ones. */
export async function listDefinitions(
  manager: EntityManager,
  tenantId: string,
  query: ListProcesses,
  before: string | null,
  everything: boolean,
): Promise<readonly DefinitionRow[]> {
  return manager.query(
    `select ${COLUMNS} from herald.apv_definition where ${LISTED} and ($6::uuid is null or id < $6)
      order by id desc limit $7 offset $8`,
    [...listed(tenantId, query, everything), before, query.limit + 1, query.offset ?? 0],
  );
}

/** How many such a list has. */
export async function countDefinitions(
  manager: EntityManager,
  tenantId: string,
  query: ListProcesses,
  everything: boolean,
): Promise<number> {
  const sql = `select count(*) from herald.apv_definition where ${LISTED}`;
  const rows: { count: string }[] = await manager.query(sql, [...listed(tenantId, query, everything)]);
  return Number(rows[0]?.count ?? 0);
}

const LISTED = `tenant_id = $1 and deleted_at is null and ($2::text is null or category = $2)
  and ($3::text is null or code = $3) and ($4::boolean is null or enabled = $4)
  and ($5 or (enabled and active_version is not null))`;

function listed(tenantId: string, query: ListProcesses, everything: boolean): readonly unknown[] {
  return [tenantId, query.category ?? null, query.code ?? null, query.enabled ?? null, everything];
}

/** @returns false when a live definition has the code already. */
export async function insertDefinition(
  manager: EntityManager,
  tenantId: string,
  row: { readonly id: string; readonly definition: Definition; readonly sort: number; readonly by: string },
): Promise<boolean> {
  const { code, name, category, icon, description } = row.definition;
  const inserted: unknown[] = await manager.query(
    `insert into herald.apv_definition (tenant_id, id, code, name, category, icon, description, sort, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, code) where deleted_at is null do nothing returning 1`,
    [tenantId, row.id, code, name, category ?? null, icon ?? null, description ?? null, row.sort, row.by],
  );
  return inserted.length > 0;
}

/** Writes what people read of a definition; the caller holds its row. */
export async function describeDefinition(
  manager: EntityManager,
  tenantId: string,
  id: string,
  definition: Definition,
  sort: number | undefined,
): Promise<void> {
  const { name, category, icon, description } = definition;
  await manager.query(
    `update herald.apv_definition set name = $3, category = $4, icon = $5, description = $6, sort = coalesce($7, sort),
       revision = revision + 1, updated_at = clock_timestamp() where tenant_id = $1 and id = $2`,
    [tenantId, id, name, category ?? null, icon ?? null, description ?? null, sort ?? null],
  );
}

/** Changes one thing of a definition; the caller holds its row. */
export async function changeDefinition(
  manager: EntityManager,
  tenantId: string,
  id: string,
  change: 'enable' | 'disable' | 'delete' | { readonly activeVersion: number } | { readonly latestVersion: number },
): Promise<void> {
  const set =
    typeof change === 'string'
      ? { enable: 'enabled = true', disable: 'enabled = false', delete: 'deleted_at = clock_timestamp()' }[change]
      : 'activeVersion' in change
        ? 'active_version = $3::int'
        : 'latest_version = $3::int';
  const values = typeof change === 'string' ? [] : Object.values(change);
  await manager.query(
    `update herald.apv_definition set ${set}, revision = revision + 1, updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2`,
    [tenantId, id, ...values],
  );
}

/** Whether instances of a definition are still under way. */
export async function hasLiveInstances(manager: EntityManager, tenantId: string, id: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `select 1 from herald.apv_instance where tenant_id = $1 and definition_id = $2
        and status in ('draft', 'running', 'returned', 'suspended') limit 1`,
    [tenantId, id],
  );
  return rows.length > 0;
}

export async function insertVersion(
  manager: EntityManager,
  tenantId: string,
  row: {
    readonly id: string;
    readonly version: number;
    readonly definition: Definition;
    readonly checksum: string;
    readonly by: string;
  },
): Promise<void> {
  await manager.query(
    `insert into herald.apv_definition_version (tenant_id, definition_id, version, definition, checksum, status, created_by)
     values ($1, $2, $3, $4, $5, 'draft', $6)`,
    [tenantId, row.id, row.version, JSON.stringify(row.definition), row.checksum, row.by],
  );
}

/** Publishes a draft and retires what was published before; the caller holds the definition's row. @returns false when it was no draft. */
export async function publishVersion(
  manager: EntityManager,
  tenantId: string,
  id: string,
  version: number,
  by: string,
): Promise<boolean> {
  const [published]: [unknown[], number] = await manager.query(
    `update herald.apv_definition_version set status = 'published', published_by = $4, published_at = clock_timestamp()
      where tenant_id = $1 and definition_id = $2 and version = $3 and status = 'draft' returning 1`,
    [tenantId, id, version, by],
  );
  if (published.length === 0) return false;
  await manager.query(
    `update herald.apv_definition_version set status = 'retired'
      where tenant_id = $1 and definition_id = $2 and version <> $3 and status = 'published'`,
    [tenantId, id, version],
  );
  await changeDefinition(manager, tenantId, id, { activeVersion: version });
  return true;
}

export async function readVersion(
  manager: EntityManager,
  tenantId: string,
  id: string,
  version: number,
): Promise<VersionRow | undefined> {
  const rows: VersionRow[] = await manager.query(
    `select * from herald.apv_definition_version where tenant_id = $1 and definition_id = $2 and version = $3`,
    [tenantId, id, version],
  );
  return rows[0];
}

/** Versions newest first, behind a version. */
export async function listVersions(
  manager: EntityManager,
  tenantId: string,
  id: string,
  before: number | null,
  limit: number,
): Promise<readonly VersionRow[]> {
  return manager.query(
    `select * from herald.apv_definition_version where tenant_id = $1 and definition_id = $2
        and ($3::int is null or version < $3) order by version desc limit $4`,
    [tenantId, id, before, limit],
  );
}

/** A definition as it is answered. */
export function processOf(row: DefinitionRow): Process {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    category: row.category,
    icon: row.icon,
    description: row.description,
    sort: row.sort,
    enabled: row.enabled,
    activeVersion: row.active_version,
    latestVersion: row.latest_version,
    revision: row.revision,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** A version as it is answered. */
export function versionOf(row: VersionRow): ProcessVersion {
  return {
    processId: row.definition_id,
    version: row.version,
    status: row.status,
    checksum: row.checksum,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    publishedBy: row.published_by,
    publishedAt: row.published_at?.toISOString() ?? null,
  };
}
