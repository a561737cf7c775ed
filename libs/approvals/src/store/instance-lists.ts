import type { EntityManager } from 'typeorm';
import type { InstanceSummary, ListInstances } from '../http/instance.schemas.js';
import type { InstanceRow } from './instance-store.js';

/** What a list of instances shows. */
export interface InstanceFilter {
  readonly query: ListInstances;
  /** `all` of the tenant, those that the person is `involved` in, `applied` for, or was put on copy of (`cc`). */
  readonly scope: 'all' | 'involved' | 'applied' | 'cc';
  readonly userId: string;
  readonly before: string | null;
}

const PENDING = ['running', 'returned', 'suspended'];

const INVOLVED = `(i.applicant_id = $2
  or i.id in (select t.instance_id from herald.apv_task t
       where t.tenant_id = $1 and t.assignee_id = $2 and t.status <> 'waiting')
  or i.id in (select t.instance_id from herald.apv_task t where t.tenant_id = $1 and t.on_behalf_of = $2)
  or i.id in (select c.instance_id from herald.apv_cc c where c.tenant_id = $1 and c.user_id = $2))`;

const SCOPE: Readonly<Record<InstanceFilter['scope'], string>> = {
  all: '$2::text is not null',
  involved: INVOLVED,
  applied: 'i.applicant_id = $2',
  cc: 'i.id in (select c.instance_id from herald.apv_cc c where c.tenant_id = $1 and c.user_id = $2)',
};

/** One row more than the page has, newest first. */
export async function listInstances(
  manager: EntityManager,
  tenantId: string,
  filter: InstanceFilter,
): Promise<readonly InstanceRow[]> {
  const { where, values } = conditions(tenantId, filter);
  const { limit, offset = 0 } = filter.query;
  return manager.query(
    `select i.* from herald.apv_instance i where ${where} and ($11::uuid is null or i.id < $11)
      order by i.id desc limit $12 offset $13`,
    [...values, filter.before, limit + 1, offset],
  );
}

/** How many such a list has. */
export async function countInstances(
  manager: EntityManager,
  tenantId: string,
  filter: InstanceFilter,
): Promise<number> {
  const { where, values } = conditions(tenantId, filter);
  const sql = `select count(*) from herald.apv_instance i where ${where}`;
  const rows: { count: string }[] = await manager.query(sql, [...values]);
  return Number(rows[0]?.count ?? 0);
}

function conditions(tenantId: string, { query, scope, userId }: InstanceFilter) {
  const statuses = query.status === undefined ? null : query.status === 'pending' ? PENDING : [query.status];
  return {
    where: `i.tenant_id = $1 and ${SCOPE[scope]}
      and ($3::text[] is null or i.status = any($3)) and ($4::uuid is null or i.definition_id = $4)
      and ($5::text is null or i.code = $5) and ($6::text is null or i.applicant_id = $6)
      and ($7::text is null or i.business_type = $7) and ($8::text is null or i.business_id = $8)
      and ($9::timestamptz is null or i.created_at >= $9) and ($10::timestamptz is null or i.created_at < $10)`,
    values: [
      tenantId,
      userId,
      statuses,
      query.processId ?? null,
      query.code ?? null,
      query.applicantId ?? null,
      query.businessType ?? null,
      query.businessId ?? null,
      query.from ?? null,
      query.to ?? null,
    ],
  };
}

/** The newest instance for a thing of the host. */
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

/** Counts by status; with a person, of what they are involved in. */
export async function summarise(
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

/** The summary of counted statuses. */
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
