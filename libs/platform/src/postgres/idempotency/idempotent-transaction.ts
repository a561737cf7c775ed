import { Refusal } from '../../problem/refusal.js';
import { asTenantId } from '../../identity/principal.js';
import type { TenantTransaction } from '../tenancy/tenant-transaction.js';
import type { EntityManager } from 'typeorm';
import type { RequestIdentity } from './idempotency-key.js';

/** The part of an answer that is stored. */
export interface KeptAnswer {
  readonly status: number;
  /** The body as JSON; null for none. */
  readonly body: unknown;
}

/** An answer, and whether it comes from an earlier request with the same key. */
export interface IdempotentAnswer extends KeptAnswer {
  readonly replayed: boolean;
}

interface KeptRow {
  readonly request_sha256: Buffer;
  readonly status: number | null;
  readonly response: unknown;
}

/** SQLSTATE of a lock time-out (`TenantTransaction` waits 3 s). */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Executes the work of a request at most once per `Idempotency-Key`. Key and work are one transaction, so a concurrent
 * duplicate waits and then gets the first answer, and work that fails stores no key. Without a key it is an
 * ordinary tenant transaction.
 */
export class IdempotentTransaction {
  constructor(private readonly transactions: TenantTransaction) {}

  /**
   * @throws Refusal 409 `idempotency_in_progress` when the concurrent duplicate does not end within 3 s, 422
   * `idempotency_mismatch` when the key was used for another request, 503 `busy` when the work waits 3 s for a row.
   */
  async run(
    request: RequestIdentity,
    work: (manager: EntityManager) => Promise<KeptAnswer>,
  ): Promise<IdempotentAnswer> {
    try {
      return await this.transactions.run(asTenantId(request.tenantId), async (manager) => {
        if (request.key === null) return { ...(await work(manager)), replayed: false };
        const kept = await claim(manager, request, request.key);
        if (kept !== null) return replay(kept, request);
        const answer = await work(manager);
        await keep(manager, request, request.key, answer);
        return { ...answer, replayed: false };
      });
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
      throw new Refusal(503, 'busy', 'Another request is changing the same data. Retry in a moment.', {
        retryAfterMs: 1_000,
        cause: error,
      });
    }
  }
}

/** @returns null when this request has the key now; otherwise the stored answer of the first request. */
async function claim(manager: EntityManager, request: RequestIdentity, key: string): Promise<KeptRow | null> {
  let claimed: unknown[];
  try {
    // The insert waits for a concurrent duplicate. An expired key is reused.
    claimed = await manager.query(
      `insert into herald.idempotency as i (tenant_id, actor_id, key, request_sha256) values ($1, $2, $3, $4)
       on conflict (tenant_id, actor_id, key) do update set request_sha256 = excluded.request_sha256, status = null,
         response = null, expires_at = excluded.expires_at where i.expires_at <= clock_timestamp()
       returning 1`,
      [request.tenantId, request.actorId, key, request.sha256],
    );
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new Refusal(
      409,
      'idempotency_in_progress',
      'A request with this Idempotency-Key is still running. Retry in a moment with the same key.',
      { cause: error },
    );
  }
  if (claimed.length > 0) return null;
  const rows: KeptRow[] = await manager.query(
    `select request_sha256, status, response from herald.idempotency where tenant_id = $1 and actor_id = $2 and key = $3`,
    [request.tenantId, request.actorId, key],
  );
  return rows[0] ?? null;
}

async function keep(manager: EntityManager, request: RequestIdentity, key: string, answer: KeptAnswer): Promise<void> {
  await manager.query(
    `update herald.idempotency set status = $4, response = $5 where tenant_id = $1 and actor_id = $2 and key = $3`,
    [request.tenantId, request.actorId, key, answer.status, answer.body === null ? null : JSON.stringify(answer.body)],
  );
}

function replay(kept: KeptRow, request: RequestIdentity): IdempotentAnswer {
  if (!kept.request_sha256.equals(request.sha256)) {
    throw new Refusal(
      422,
      'idempotency_mismatch',
      'This Idempotency-Key was used for another request. Use a new key for a new request.',
    );
  }
  return { status: kept.status ?? 200, body: kept.response, replayed: true };
}

function sqlState(error: unknown): string | undefined {
  return (error as { driverError?: { code?: string } }).driverError?.code;
}
