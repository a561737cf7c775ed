import type { Pool } from 'pg';
import { controlRecordEvent } from '../../../vocabulary/control-record.js';
import type { EventLog } from '../../../event-log/event-log.js';
import { asUserId, type Principal, type TenantId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from '../../../vocabulary/revocation.js';
import type { RevocationStore } from '../../../seams/revocation-store.js';
import { inTenant } from '@nest-herald/platform/postgres';

interface RevocationRow {
  readonly user_id: string | null;
  readonly sid: string | null;
  readonly jti: string | null;
  readonly not_before: Date;
  readonly expires_at: Date;
}

/** A `Date` has only milliseconds, so the time is rounded up: it must be later than every token that it revokes. */
const INSERT = `
  INSERT INTO sse.revocation (tenant_id, user_id, sid, jti, not_before, expires_at)
  SELECT $1, $2, $3, $4, n.at, n.at + $5 * interval '1 ms'
  FROM (SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' AS at) n
  RETURNING user_id, sid, jti, not_before, expires_at`;

const ACTIVE = `
  SELECT user_id, sid, jti, not_before, expires_at FROM sse.revocation
  WHERE tenant_id = $1 AND expires_at > clock_timestamp() ORDER BY not_before DESC LIMIT $2`;

const COVERS = `
  SELECT FROM sse.revocation
  WHERE tenant_id = $1 AND expires_at > clock_timestamp()
    AND CASE WHEN sid IS NOT NULL THEN sid = $3 WHEN jti IS NOT NULL THEN jti = $4
             ELSE coalesce(user_id = $2, true) AND not_before >= $5 END
  LIMIT 1`;

/** Revocations in `sse.revocation`. The row and its control record are one transaction; all times are those of the database. */
export class PostgresRevocationStore implements RevocationStore {
  constructor(
    private readonly pool: Pool,
    private readonly log: Pick<EventLog, 'append'> & { committed(tenantId: TenantId): void },
  ) {}

  async revoke(tenantId: TenantId, target: RevocationTarget, lifeMs: number): Promise<Revocation> {
    const userId = 'userId' in target ? target.userId : null;
    const sid = 'sessionId' in target ? target.sessionId : null;
    const jti = 'tokenId' in target ? target.tokenId : null;
    const revocation = await inTenant(this.pool, tenantId, async (client) => {
      const { rows } = await client.query<RevocationRow>(INSERT, [tenantId, userId, sid, jti, lifeMs]);
      const stored = toRevocation(tenantId, rows[0] as RevocationRow);
      await this.log.append([controlRecordEvent(tenantId, { kind: 'revoked', revocation: stored })], client);
      return stored;
    });
    this.log.committed(tenantId);
    return revocation;
  }

  active(tenantId: TenantId, limit: number): Promise<readonly Revocation[]> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rows } = await client.query<RevocationRow>({
        name: 'sse-active-revocations',
        text: ACTIVE,
        values: [tenantId, limit],
      });
      return rows.map((row) => toRevocation(tenantId, row));
    });
  }

  covers({ tenantId, userId, sessionId, tokenId, issuedAt }: Principal): Promise<boolean> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rowCount } = await client.query({
        name: 'sse-covers-revocation',
        text: COVERS,
        values: [tenantId, userId, sessionId ?? null, tokenId ?? null, issuedAt],
      });
      return rowCount === 1;
    });
  }
}

function toRevocation(tenantId: TenantId, row: RevocationRow): Revocation {
  return { tenantId, target: targetOf(row), notBefore: row.not_before, expiresAt: row.expires_at };
}

function targetOf({ user_id: userId, sid, jti }: RevocationRow): RevocationTarget {
  if (userId !== null) return { userId: asUserId(userId) };
  if (sid !== null) return { sessionId: sid };
  return jti === null ? { tenant: true } : { tokenId: jti };
}
