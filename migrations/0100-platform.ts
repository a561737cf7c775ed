import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';
import { systemTable, tenantTable } from './tenant-table.js';

/** Schema `herald`, which the feature modules share, with the answers kept for `Idempotency-Key` (api.md §2). */
export class Platform1700000000100 extends SqlMigration {
  readonly name = 'Platform1700000000100';

  protected readonly upSql = `
CREATE SCHEMA IF NOT EXISTS herald;
GRANT USAGE ON SCHEMA herald TO herald_app, herald_system;

CREATE TABLE herald.idempotency (
  tenant_id text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  request_sha256 bytea NOT NULL,
  status integer,
  response jsonb,
  expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '24 hours',
  CONSTRAINT idempotency_pkey PRIMARY KEY (tenant_id, actor_id, key)
);
CREATE INDEX idempotency_expiry ON herald.idempotency (expires_at);
${tenantTable('herald.idempotency')}${systemTable('herald.idempotency')}
GRANT SELECT, INSERT, UPDATE, DELETE ON herald.idempotency TO herald_app;
GRANT SELECT, DELETE ON herald.idempotency TO herald_system;

-- Deletes a bounded number of expired answers of all tenants; called now and then by any node.
CREATE FUNCTION herald.prune_idempotency(p_limit integer DEFAULT 10000) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    DELETE FROM herald.idempotency i
    USING (
      SELECT tenant_id, actor_id, key FROM herald.idempotency WHERE expires_at <= clock_timestamp() LIMIT p_limit
    ) e
    WHERE i.tenant_id = e.tenant_id AND i.actor_id = e.actor_id AND i.key = e.key AND i.expires_at <= clock_timestamp()
    RETURNING 1
  )
  SELECT count(*) FROM gone
$$;
${systemFunctions('herald', 'herald.prune_idempotency(integer)')}
`;

  // The schema stays: the list of migrations that ran is in it.
  protected readonly downSql = `
DROP FUNCTION herald.prune_idempotency(integer);
DROP TABLE herald.idempotency;
`;
}
