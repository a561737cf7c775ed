import type { EntityManager } from 'typeorm';
import type { StatusChange } from '../documents/document-kind.js';
import { type DocumentQuery, type DocumentStatus, nextNumbers } from '../documents/document.js';
import type { NewOrder, PurchaseOrder } from './purchase-order.schemas.js';

interface OrderRow {
  readonly id: string;
  readonly status: DocumentStatus;
  readonly supplier: string;
  readonly amount: string;
  readonly currency: string;
  readonly cost_centre: string | null;
  readonly note: string | null;
  readonly lines: PurchaseOrder['lines'];
  readonly requester_id: string;
  readonly instance_id: string | null;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly decided_at: Date | null;
}

/** An order to insert. One that was decided before the company was loaded has its own times. */
export interface OrderToInsert extends NewOrder {
  readonly requesterId: string;
  readonly status: DocumentStatus;
  readonly createdAt: Date | null;
  readonly decidedAt: Date | null;
}

/** Inserts orders in the given sequence, each with the next number. @returns the stored orders. */
export async function insertOrders(
  manager: EntityManager,
  tenantId: string,
  orders: readonly OrderToInsert[],
): Promise<readonly PurchaseOrder[]> {
  const ids = await nextNumbers(manager, tenantId, 'PO', orders.length);
  const rows: OrderRow[] = await manager.query(
    `insert into herald.demo_purchase_order (tenant_id, id, status, supplier, amount, currency, cost_centre, note, lines,
       requester_id, created_at, updated_at, decided_at)
     select $1, x.id, x.status, x.supplier, x.amount, x.currency, x."costCentre", x.note, x.lines, x."requesterId",
       coalesce(x."createdAt", now()), coalesce(x."decidedAt", x."createdAt", now()), x."decidedAt"
       from jsonb_to_recordset($2::jsonb) as x(id text, status text, supplier text, amount numeric, currency text,
         "costCentre" text, note text, lines jsonb, "requesterId" text, "createdAt" timestamptz, "decidedAt" timestamptz)
     returning *`,
    [tenantId, JSON.stringify(orders.map((order, index) => ({ ...order, id: ids[index] })))],
  );
  return rows.map(orderOf);
}

/** One order; with `lock`, its row is locked until the transaction ends. */
export async function readOrder(
  manager: EntityManager,
  tenantId: string,
  id: string,
  lock: boolean,
): Promise<PurchaseOrder | null> {
  const rows: OrderRow[] = await manager.query(
    `select * from herald.demo_purchase_order where tenant_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : orderOf(rows[0]);
}

/** Lists newest first, one row more than the page has. */
export async function listOrders(
  manager: EntityManager,
  tenantId: string,
  { status, limit, cursor }: DocumentQuery,
): Promise<readonly PurchaseOrder[]> {
  const rows: OrderRow[] = await manager.query(
    `select * from herald.demo_purchase_order
      where tenant_id = $1 and ($2::text is null or status = $2) and ($3::text is null or id < $3)
      order by id desc limit $4`,
    [tenantId, status ?? null, cursor ?? null, limit + 1],
  );
  return rows.map(orderOf);
}

/** Stores the status of the approval, and the values of its form. */
export async function changeOrderStatus(
  manager: EntityManager,
  tenantId: string,
  id: string,
  { status, instanceId, form }: StatusChange,
): Promise<void> {
  await manager.query(
    `update herald.demo_purchase_order set status = $3, instance_id = $4, revision = revision + 1, updated_at = now(),
       decided_at = case when $3 in ('pending', 'returned') then null else now() end,
       supplier = coalesce($5::jsonb ->> 'supplier', supplier), amount = coalesce(($5::jsonb ->> 'amount')::numeric, amount),
       currency = coalesce($5::jsonb ->> 'currency', currency), cost_centre = coalesce($5::jsonb ->> 'costCentre', cost_centre),
       lines = coalesce($5::jsonb -> 'lines', lines)
      where tenant_id = $1 and id = $2`,
    [tenantId, id, status, instanceId, form === null ? null : JSON.stringify(form)],
  );
}

function orderOf(row: OrderRow): PurchaseOrder {
  return {
    id: row.id,
    status: row.status,
    supplier: row.supplier,
    amount: Number(row.amount),
    currency: row.currency,
    costCentre: row.cost_centre,
    note: row.note,
    lines: row.lines,
    requesterId: row.requester_id,
    instanceId: row.instance_id,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
