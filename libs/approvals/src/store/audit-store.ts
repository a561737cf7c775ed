import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../application/caller.js';
import { seal, type AuditRow } from '../engine/audit/audit-chain.js';
import type { HistoryEntry } from '../engine/audit/history.js';
import type { HistoryEntryAnswer } from '../http/instance.schemas.js';

/** The end of a chain. */
export interface ChainEnd {
  readonly lastAction: number;
  readonly lastHash: string;
}

/** Seals entries to the end of an instance's history, whose row the caller holds. @returns the new end. */
export async function appendHistory(
  manager: EntityManager,
  caller: Caller,
  instanceId: string,
  end: ChainEnd,
  entries: readonly HistoryEntry[],
): Promise<ChainEnd> {
  const rows: AuditRow[] = [];
  let { lastAction, lastHash } = end;
  for (const { comment, diff, ...action } of entries) {
    // Addresses belong to what the caller did, not to what the rules did in the name of others.
    const own = action.actorId === caller.userId;
    const text = {
      comment,
      diff,
      ip: own ? (caller.ip ?? null) : null,
      userAgent: own ? (caller.userAgent ?? null) : null,
    };
    lastAction += 1;
    const row = seal(lastHash, { ...action, n: lastAction }, text, randomBytes(16).toString('base64url'));
    lastHash = row.hash;
    rows.push(row);
  }
  if (rows.length > 0) {
    await manager.query(
      `insert into herald.apv_action (tenant_id, instance_id, n, task_key, node_id, actor_id, on_behalf_of, action, from_status,
         to_status, at, comment, diff, ip, user_agent, salt, text_hash, prev_hash, hash)
       select $1, $2, r.n, r."taskKey", r."nodeId", r."actorId", r."onBehalfOf", r.action, r."fromStatus", r."toStatus", r.at,
              r.comment, r.diff, r.ip, r."userAgent", r.salt, r."textHash", r."prevHash", r.hash
         from jsonb_to_recordset($3::jsonb) as r(n int, "taskKey" text, "nodeId" text, "actorId" text, "onBehalfOf" text,
              action text, "fromStatus" text, "toStatus" text, at timestamptz, comment text, diff text, ip text, "userAgent" text,
              salt text, "textHash" text, "prevHash" text, hash text)`,
      [caller.tenantId, instanceId, JSON.stringify(rows)],
    );
  }
  return { lastAction, lastHash };
}

interface ActionRow {
  readonly n: number;
  readonly task_key: string | null;
  readonly node_id: string | null;
  readonly actor_id: string;
  readonly on_behalf_of: string | null;
  readonly action: string;
  readonly from_status: string | null;
  readonly to_status: string | null;
  readonly at: Date;
  readonly comment: string | null;
  readonly diff: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly salt: string | null;
  readonly text_hash: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Rows of an instance's history behind number `after`, oldest first. */
export async function readHistory(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  after = 0,
  limit: number | null = null,
): Promise<readonly AuditRow[]> {
  const rows: ActionRow[] = await manager.query(
    `select * from herald.apv_action where tenant_id = $1 and instance_id = $2 and n > $3 order by n limit $4`,
    [tenantId, instanceId, after, limit],
  );
  return rows.map((row) => ({
    n: row.n,
    taskKey: row.task_key,
    nodeId: row.node_id,
    actorId: row.actor_id,
    onBehalfOf: row.on_behalf_of,
    action: row.action,
    fromStatus: row.from_status,
    toStatus: row.to_status,
    at: row.at.toISOString(),
    comment: row.comment,
    diff: row.diff,
    ip: row.ip,
    userAgent: row.user_agent,
    salt: row.salt,
    textHash: row.text_hash,
    prevHash: row.prev_hash,
    hash: row.hash,
  }));
}

/** A row as people see it: without addresses, salt and hashes. */
export function historyEntryOf(row: AuditRow): HistoryEntryAnswer {
  return {
    n: row.n,
    taskKey: row.taskKey,
    nodeId: row.nodeId,
    actorId: row.actorId,
    onBehalfOf: row.onBehalfOf,
    action: row.action,
    fromStatus: row.fromStatus,
    toStatus: row.toStatus,
    comment: row.comment,
    diff: row.diff === null ? null : (JSON.parse(row.diff) as unknown),
    at: row.at,
  };
}
