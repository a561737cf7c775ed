import type { EntityManager } from 'typeorm';
import type { Definition } from '../engine/definition/definition.js';
import { changeDefinition } from './definition-store.js';

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

/** A version of a process. */
export interface ProcessVersion {
  readonly processId: string;
  readonly version: number;
  readonly status: 'draft' | 'published' | 'retired';
  readonly checksum: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly publishedBy: string | null;
  readonly publishedAt: string | null;
}

/** Inserts a version as a draft. */
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

/**
 * Publishes a draft and retires the version that was published before. The caller has locked the definition's row.
 *
 * @returns false when the version is no draft
 */
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

/** Reads a version. */
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

/** Lists the versions older than `before`, newest first. */
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

/** Maps a row to a version. */
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
