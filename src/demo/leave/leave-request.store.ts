import type { EntityManager } from 'typeorm';
import type { StatusChange } from '../documents/document-kind.js';
import { type DocumentQuery, type DocumentStatus, nextNumbers } from '../documents/document.js';
import type { LeaveRequest, NewLeave } from './leave-request.schemas.js';

interface LeaveRow {
  readonly id: string;
  readonly status: DocumentStatus;
  readonly kind: LeaveRequest['kind'];
  readonly first_day: string;
  readonly last_day: string;
  readonly days: string;
  readonly reason: string | null;
  readonly requester_id: string;
  readonly instance_id: string | null;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly decided_at: Date | null;
}

/** A leave request to insert. One that was decided before the company was loaded has its own times. */
export interface LeaveToInsert extends NewLeave {
  readonly requesterId: string;
  readonly status: DocumentStatus;
  readonly createdAt: Date | null;
  readonly decidedAt: Date | null;
}

/** Dates are read as text, because the driver would add a time zone. */
const COLUMNS = `id, status, kind, first_day::text, last_day::text, days, reason, requester_id, instance_id, revision,
  created_at, updated_at, decided_at`;

/** Inserts requests in the given order, each with the next number. @returns the stored requests. */
export async function insertLeave(
  manager: EntityManager,
  tenantId: string,
  requests: readonly LeaveToInsert[],
): Promise<readonly LeaveRequest[]> {
  const ids = await nextNumbers(manager, tenantId, 'LV', requests.length);
  const rows: LeaveRow[] = await manager.query(
    `insert into herald.demo_leave_request (tenant_id, id, status, kind, first_day, last_day, days, reason, requester_id,
       created_at, updated_at, decided_at)
     select $1, x.id, x.status, x.kind, x."from", x."to", x.days, x.reason, x."requesterId",
       coalesce(x."createdAt", now()), coalesce(x."decidedAt", x."createdAt", now()), x."decidedAt"
       from jsonb_to_recordset($2::jsonb) as x(id text, status text, kind text, "from" date, "to" date, days numeric,
         reason text, "requesterId" text, "createdAt" timestamptz, "decidedAt" timestamptz)
     returning ${COLUMNS}`,
    [tenantId, JSON.stringify(requests.map((request, index) => ({ ...request, id: ids[index] })))],
  );
  return rows.map(leaveOf);
}

/** One request; with `lock`, its row is locked until the transaction ends. */
export async function readLeave(
  manager: EntityManager,
  tenantId: string,
  id: string,
  lock: boolean,
): Promise<LeaveRequest | null> {
  const rows: LeaveRow[] = await manager.query(
    `select ${COLUMNS} from herald.demo_leave_request where tenant_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : leaveOf(rows[0]);
}

/** Lists newest first, one row more than the page has. @param requesterId only requests of this person; null: all. */
export async function listLeave(
  manager: EntityManager,
  tenantId: string,
  requesterId: string | null,
  { status, limit, cursor }: DocumentQuery,
): Promise<readonly LeaveRequest[]> {
  const rows: LeaveRow[] = await manager.query(
    `select ${COLUMNS} from herald.demo_leave_request
      where tenant_id = $1 and ($2::text is null or requester_id = $2) and ($3::text is null or status = $3)
        and ($4::text is null or id < $4)
      order by id desc limit $5`,
    [tenantId, requesterId, status ?? null, cursor ?? null, limit + 1],
  );
  return rows.map(leaveOf);
}

/** Stores the status of the approval, and the values of its form. */
export async function changeLeaveStatus(
  manager: EntityManager,
  tenantId: string,
  id: string,
  { status, instanceId, form }: StatusChange,
): Promise<void> {
  await manager.query(
    `update herald.demo_leave_request set status = $3, instance_id = $4, revision = revision + 1, updated_at = now(),
       decided_at = case when $3 in ('pending', 'returned') then null else now() end,
       kind = coalesce($5::jsonb ->> 'kind', kind), first_day = coalesce(($5::jsonb ->> 'from')::date, first_day),
       last_day = coalesce(($5::jsonb ->> 'to')::date, last_day), days = coalesce(($5::jsonb ->> 'days')::numeric, days),
       reason = coalesce($5::jsonb ->> 'reason', reason)
      where tenant_id = $1 and id = $2`,
    [tenantId, id, status, instanceId, form === null ? null : JSON.stringify(form)],
  );
}

function leaveOf(row: LeaveRow): LeaveRequest {
  return {
    id: row.id,
    status: row.status,
    kind: row.kind,
    from: row.first_day,
    to: row.last_day,
    days: Number(row.days),
    reason: row.reason,
    requesterId: row.requester_id,
    instanceId: row.instance_id,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
