import type { EntityManager } from 'typeorm';
import type { Definition } from '../engine/definition/definition.js';
import type { ListPage } from './list-page.js';

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

/** A process. */
export interface Process {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly category: string | null;
  readonly icon: string | null;
  readonly description: string | null;
  readonly sort: number;
  readonly enabled: boolean;
  readonly activeVersion: number | null;
  readonly latestVersion: number;
  readonly revision: number;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Which processes a list contains. */
export interface ProcessFilter {
  readonly category?: string | undefined;
  readonly code?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** Whether disabled and unpublished processes are included. */
  readonly everything: boolean;
}

const COLUMNS = `id, code, name, category, icon, description, sort, enabled, active_version, latest_version, revision,
  created_by, created_at, updated_at`;

/** The lock on a definition's row: `share` prevents its deletion, `update` serialises its changes. */
export type RowLock = 'none' | 'share' | 'update';

const LOCK: Readonly<Record<RowLock, string>> = { none: '', share: 'for share', update: 'for update' };

/** Reads a definition that is not deleted, by id or by code. */
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

/** Lists definitions, newest first. */
export async function listDefinitions(
  manager: EntityManager,
  tenantId: string,
  filter: ProcessFilter,
  page: ListPage,
): Promise<readonly DefinitionRow[]> {
  return manager.query(
    `select ${COLUMNS} from herald.apv_definition where ${LISTED} and ($6::uuid is null or id < $6)
      order by id desc limit $7 offset $8`,
    [...listed(tenantId, filter), page.before, page.limit, page.offset ?? 0],
  );
}

/** Counts the definitions of a list. */
export async function countDefinitions(
  manager: EntityManager,
  tenantId: string,
  filter: ProcessFilter,
): Promise<number> {
  const sql = `select count(*) from herald.apv_definition where ${LISTED}`;
  const rows: { count: string }[] = await manager.query(sql, [...listed(tenantId, filter)]);
  return Number(rows[0]?.count ?? 0);
}

const LISTED = `tenant_id = $1 and deleted_at is null and ($2::text is null or category = $2)
  and ($3::text is null or code = $3) and ($4::boolean is null or enabled = $4)
  and ($5 or (enabled and active_version is not null))`;

function listed(tenantId: string, filter: ProcessFilter): readonly unknown[] {
  return [tenantId, filter.category ?? null, filter.code ?? null, filter.enabled ?? null, filter.everything];
}

/** @returns false when another definition has the code. */
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

/** Writes name, category, icon, description and sort. The caller has locked the row. */
export async function updateDescription(
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

/** Makes one change to a definition. The caller has locked the row. */
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

/** Whether a definition has instances that have not ended. */
export async function hasLiveInstances(manager: EntityManager, tenantId: string, id: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `select 1 from herald.apv_instance where tenant_id = $1 and definition_id = $2
        and status in ('draft', 'running', 'returned', 'suspended') limit 1`,
    [tenantId, id],
  );
  return rows.length > 0;
}

/** Maps a row to a process. */
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
