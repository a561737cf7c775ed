import type { EntityManager } from 'typeorm';
import { isClosed, type InstanceState, type InstanceStatus } from '../engine/instance/instance-state.js';

/** A row of `apv_instance`. */
export interface InstanceRow {
  readonly id: string;
  readonly definition_id: string;
  readonly version: number;
  readonly code: string;
  readonly name: string;
  readonly title: string;
  readonly business_type: string | null;
  readonly business_id: string | null;
  readonly applicant_id: string;
  readonly applicant_name: string;
  readonly status: InstanceStatus;
  readonly round: number;
  readonly current_nodes: readonly { readonly id: string; readonly name: string }[];
  readonly revision: number;
  readonly state: InstanceState;
  readonly last_action: number;
  readonly last_hash: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
}

/** An instance: one run of a process. */
export interface Instance {
  readonly id: string;
  readonly processId: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly status: InstanceStatus;
  readonly applicantId: string;
  readonly applicantName: string;
  readonly businessType: string | null;
  readonly businessId: string | null;
  readonly formData: Readonly<Record<string, unknown>>;
  readonly round: number;
  /** The active steps. */
  readonly currentNodes: readonly { readonly id: string; readonly name: string }[];
  readonly revision: number;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly createdAt: string;
}

/** Reads an instance. With `lock` its row stays locked until the transaction ends; every command locks it first. */
export async function readInstance(
  manager: EntityManager,
  tenantId: string,
  id: string,
  lock = false,
): Promise<InstanceRow | undefined> {
  const rows: InstanceRow[] = await manager.query(
    `select * from herald.apv_instance where tenant_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [tenantId, id],
  );
  return rows[0];
}

/** @returns false when an instance that has not ended has the same business key. */
export async function insertInstance(
  manager: EntityManager,
  tenantId: string,
  row: Omit<InstanceRow, 'current_nodes' | 'last_action' | 'started_at' | 'completed_at'>,
): Promise<boolean> {
  const inserted: unknown[] = await manager.query(
    `insert into herald.apv_instance (tenant_id, id, definition_id, version, code, name, title, business_type, business_id,
       applicant_id, applicant_name, status, round, revision, state, last_hash, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     on conflict (tenant_id, business_type, business_id)
       where business_id is not null and status in ('draft', 'running', 'returned', 'suspended')
       do nothing returning 1`,
    [
      tenantId,
      row.id,
      row.definition_id,
      row.version,
      row.code,
      row.name,
      row.title,
      row.business_type,
      row.business_id,
      row.applicant_id,
      row.applicant_name,
      row.status,
      row.round,
      row.revision,
      JSON.stringify(row.state),
      row.last_hash,
      row.created_at,
    ],
  );
  return inserted.length > 0;
}

/** Writes the result of a command. The caller has locked the row. @returns the new row */
export async function updateInstance(
  manager: EntityManager,
  tenantId: string,
  before: InstanceRow,
  after: {
    readonly state: InstanceState;
    readonly currentNodes: InstanceRow['current_nodes'];
    readonly lastAction: number;
    readonly lastHash: string;
    readonly now: string;
  },
): Promise<InstanceRow> {
  const { state, currentNodes, lastAction, lastHash, now } = after;
  const started = before.started_at?.toISOString() ?? (state.status === 'draft' ? null : now);
  const completed = isClosed(state.status) ? (before.completed_at?.toISOString() ?? now) : null;
  const [rows]: [InstanceRow[], number] = await manager.query(
    `update herald.apv_instance set status = $3, round = $4, current_nodes = $5, revision = $6, state = $7, last_action = $8,
       last_hash = $9, started_at = $10, completed_at = $11
      where tenant_id = $1 and id = $2 returning *`,
    [
      tenantId,
      before.id,
      state.status,
      state.round,
      JSON.stringify(currentNodes),
      state.revision,
      JSON.stringify(state),
      lastAction,
      lastHash,
      started,
      completed,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`Instance ${before.id} disappeared while its row was locked.`);
  return row;
}

/** Maps a row to an instance. */
export function instanceOf(row: InstanceRow): Instance {
  return {
    id: row.id,
    processId: row.definition_id,
    code: row.code,
    name: row.name,
    version: row.version,
    title: row.title,
    status: row.status,
    applicantId: row.applicant_id,
    applicantName: row.applicant_name,
    businessType: row.business_type,
    businessId: row.business_id,
    formData: { ...row.state.form },
    round: row.round,
    currentNodes: row.current_nodes.map(({ id, name }) => ({ id, name })),
    revision: row.revision,
    startedAt: row.started_at?.toISOString() ?? null,
    completedAt: row.completed_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
