import type { EntityManager } from 'typeorm';
import type { InstanceStatus } from '../engine/instance/instance-state.js';
import type { InstanceRow } from './instance-store.js';
import type { ListPage } from './list-page.js';

/** Which instances a list contains. */
export interface InstanceFilter {
  readonly processId?: string | undefined;
  readonly code?: string | undefined;
  /** `pending`: running, returned or suspended. */
  readonly status?: InstanceStatus | 'pending' | undefined;
  readonly applicantId?: string | undefined;
  readonly businessType?: string | undefined;
  readonly businessId?: string | undefined;
  /** ISO 8601, included. */
  readonly from?: string | undefined;
  /** ISO 8601, excluded. */
  readonly to?: string | undefined;
}

/** The instances that a person lists: all of the tenant, those the person is involved in, has applied for, or has a copy of. */
export interface InstanceScope {
  readonly scope: 'all' | 'involved' | 'applied' | 'cc';
  readonly userId: string;
}

/** Numbers of instances. */
export interface InstanceSummary {
  readonly total: number;
  readonly pending: number;
  readonly approved: number;
  readonly rejected: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

const PENDING = ['running', 'returned', 'suspended'];

const INVOLVED = `(i.applicant_id = $2
  or i.id in (select t.instance_id from herald.apv_task t
       where t.tenant_id = $1 and t.assignee_id = $2 and t.status <> 'waiting')
  or i.id in (select t.instance_id from herald.apv_task t where t.tenant_id = $1 and t.on_behalf_of = $2)
  or i.id in (select c.instance_id from herald.apv_cc c where c.tenant_id = $1 and c.user_id = $2))`;

const IN_SCOPE: Readonly<Record<InstanceScope['scope'], string>> = {
  all: '$2::text is not null',
  involved: INVOLVED,
  applied: 'i.applicant_id = $2',
  cc: 'i.id in (select c.instance_id from herald.apv_cc c where c.tenant_id = $1 and c.user_id = $2)',
};

/** Lists instances, newest first. */
export async function listInstances(
  manager: EntityManager,
  tenantId: string,
  scope: InstanceScope,
  filter: InstanceFilter,
  page: ListPage,
): Promise<readonly InstanceRow[]> {
  const { where, values } = conditions(tenantId, scope, filter);
  return manager.query(
    `select i.* from herald.apv_instance i where ${where} and ($11::uuid is null or i.id < $11)
      order by i.id desc limit $12 offset $13`,
    [...values, page.before, page.limit, page.offset ?? 0],
  );
}

/** Counts the instances of a list. */
export async function countInstances(
  manager: EntityManager,
  tenantId: string,
  scope: InstanceScope,
  filter: InstanceFilter,
): Promise<number> {
  const { where, values } = conditions(tenantId, scope, filter);
  const sql = `select count(*) from herald.apv_instance i where ${where}`;
  const rows: { count: string }[] = await manager.query(sql, [...values]);
  return Number(rows[0]?.count ?? 0);
}

function conditions(tenantId: string, { scope, userId }: InstanceScope, filter: InstanceFilter) {
  const statuses = filter.status === undefined ? null : filter.status === 'pending' ? PENDING : [filter.status];
  return {
    where: `i.tenant_id = $1 and ${IN_SCOPE[scope]}
      and ($3::text[] is null or i.status = any($3)) and ($4::uuid is null or i.definition_id = $4)
      and ($5::text is null or i.code = $5) and ($6::text is null or i.applicant_id = $6)
      and ($7::text is null or i.business_type = $7) and ($8::text is null or i.business_id = $8)
      and ($9::timestamptz is null or i.created_at >= $9) and ($10::timestamptz is null or i.created_at < $10)`,
    values: [
      tenantId,
      userId,
      statuses,
      filter.processId ?? null,
      filter.code ?? null,
      filter.applicantId ?? null,
      filter.businessType ?? null,
      filter.businessId ?? null,
      filter.from ?? null,
      filter.to ?? null,
    ],
  };
}

/** Reads the newest instance with a business key. */
export async function findByBusinessKey(
  manager: EntityManager,
  tenantId: string,
  type: string,
  businessId: string,
): Promise<InstanceRow | undefined> {
  const rows: InstanceRow[] = await manager.query(
    `select * from herald.apv_instance where tenant_id = $1 and business_type = $2 and business_id = $3
      order by id desc limit 1`,
    [tenantId, type, businessId],
  );
  return rows[0];
}

/** Counts instances by status: all of the tenant, or those that a person is involved in. */
export async function summariseInstances(
  manager: EntityManager,
  tenantId: string,
  userId: string | null,
): Promise<InstanceSummary> {
  const rows: { status: string; count: string }[] = await manager.query(
    `select i.status, count(*) from herald.apv_instance i where i.tenant_id = $1 and ($2::text is null or ${INVOLVED})
      group by i.status`,
    [tenantId, userId],
  );
  return summaryOf(rows);
}

/** Maps counts by status to a summary. */
export function summaryOf(rows: readonly { readonly status: string; readonly count: string }[]): InstanceSummary {
  const byStatus = Object.fromEntries(rows.map((row) => [row.status, Number(row.count)]));
  const sum = (statuses: readonly string[]): number =>
    statuses.reduce((total, status) => total + (byStatus[status] ?? 0), 0);
  return {
    total: sum(Object.keys(byStatus)),
    pending: sum(PENDING),
    approved: sum(['approved']),
    rejected: sum(['rejected']),
    byStatus,
  };
}
