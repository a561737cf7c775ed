import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { seal, type AuditRow } from '../engine/audit/audit-chain.js';
import type { HistoryEntry } from '../engine/audit/history.js';

/** Who caused the entries, and from which address. */
export interface AuditSource {
  readonly tenantId: string;
  readonly userId: string;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** The last row of a chain. */
export interface ChainEnd {
  readonly lastAction: number;
  readonly lastHash: string;
}

/** An entry of the history for readers: without addresses, salt and hashes. */
export interface HistoryItem {
  readonly n: number;
  readonly taskKey: string | null;
  readonly nodeId: string | null;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly action: string;
  readonly fromStatus: string | null;
  readonly toStatus: string | null;
  readonly comment: string | null;
  readonly diff: unknown;
  readonly at: string;
}

/** Appends entries to the chain of an instance. The caller has locked the instance's row. @returns the new end */
export async function appendHistory(
  manager: EntityManager,
  source: AuditSource,
  instanceId: string,
  end: ChainEnd,
  entries: readonly HistoryEntry[],
): Promise<ChainEnd> {
  const rows: AuditRow[] = [];
  let { lastAction, lastHash } = end;
  for (const { comment, diff, ...action } of entries) {
    // The address belongs to the caller's own actions, not to those of the rules.
    const isOwn = action.actorId === source.userId;
    const text = {
      comment,
      diff,
      ip: isOwn ? (source.ip ?? null) : null,
      userAgent: isOwn ? (source.userAgent ?? null) : null,
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
      [source.tenantId, instanceId, JSON.stringify(rows)],
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

/** Reads the rows of an instance's history after number `after`, oldest first. */
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

/** Maps a row to an entry for readers. */
export function historyItemOf(row: AuditRow): HistoryItem {
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
