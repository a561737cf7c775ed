import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

const IDENTIFY = 'CREATE OR REPLACE FUNCTION sse.identify_log() RETURNS uuid';
/** Only its owner may replace a function, and an owner needs CREATE for it. */
const AS_SYSTEM = 'GRANT CREATE ON SCHEMA sse TO herald_system;\nSET LOCAL ROLE herald_system;';
const AS_OWNER = 'SET LOCAL ROLE herald_owner;\nREVOKE CREATE ON SCHEMA sse FROM herald_system;';
const SECURE = 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$';

/** Successors that look when a lease ends; a log that knows when it was restored; one number of shards for all nodes. */
export class SseLeaseEnds1700000000012 extends SqlMigration {
  readonly name = 'SseLeaseEnds1700000000012';

  protected readonly upSql = `
-- How long each lease still runs by the database's clock, negative behind its end; one row for every shard that ever had an
-- owner. A successor looks again when the shortest one ends, and not up to half a second later.
CREATE FUNCTION sse.lease_ends() RETURNS TABLE (shard integer, ends_in_ms double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.shard, (extract(epoch FROM l.until - clock_timestamp()) * 1000)::double precision FROM sse.lease l ORDER BY l.shard
$$;

-- A backup that is restored beside or over its original has the timeline and the cluster of the original, but not its tables:
-- another database, or other tables in the same one. What is recorded here already belongs to the tables of today.
ALTER TABLE sse.log_identity ADD COLUMN database_oid oid, ADD COLUMN table_oid oid;

${AS_SYSTEM}
UPDATE sse.log_identity SET database_oid = (SELECT oid FROM pg_database WHERE datname = current_database()),
  table_oid = 'sse.event_log'::regclass;

-- The id of this log. It changes when the log is another one than before: fail-over, restore, copy, other cluster.
-- The timeline comes from the WAL position: pg_control_checkpoint() still shows the old one after a promotion.
${IDENTIFY}
${SECURE}
DECLARE
  v_timeline integer := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;
  v_system bigint := (SELECT system_identifier FROM pg_control_system());
  v_database oid := (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  v_table oid := 'sse.event_log'::regclass;
  v_log uuid;
BEGIN
  SELECT log_id INTO v_log FROM sse.log_identity
  WHERE timeline = v_timeline AND system_identifier = v_system AND database_oid = v_database AND table_oid = v_table;
  IF v_log IS NULL THEN
    INSERT INTO sse.log_identity AS i (log_id, timeline, system_identifier, database_oid, table_oid)
    VALUES (gen_random_uuid(), v_timeline, v_system, v_database, v_table)
    ON CONFLICT (single) DO UPDATE
      SET log_id = excluded.log_id, timeline = excluded.timeline, system_identifier = excluded.system_identifier,
          database_oid = excluded.database_oid, table_oid = excluded.table_oid, since = excluded.since
      WHERE (i.timeline, i.system_identifier, i.database_oid, i.table_oid)
        IS DISTINCT FROM (excluded.timeline, excluded.system_identifier, excluded.database_oid, excluded.table_oid);
    SELECT log_id INTO v_log FROM sse.log_identity;
  END IF;
  RETURN v_log;
END $$;
${AS_OWNER}

-- The number of shards that this log is numbered with: one for all nodes, because two numberers of one tenant have no order.
CREATE TABLE sse.layout (
  single boolean NOT NULL DEFAULT true,
  shards integer NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT layout_pkey PRIMARY KEY (single),
  CONSTRAINT layout_single CHECK (single)
);
GRANT SELECT, INSERT, UPDATE ON sse.layout TO herald_system;
GRANT UPDATE (shard) ON sse.outbox TO herald_system;

-- The shard of a tenant: FNV-1a of its id, modulo the number of shards; the same as shardOf() of the library. Ids are ASCII.
CREATE FUNCTION sse.shard_of(p_tenant text, p_shards integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_hash bigint := 2166136261;
BEGIN
  FOR i IN 1..length(p_tenant) LOOP
    v_hash := ((v_hash # ascii(substr(p_tenant, i, 1))::bigint) * 16777619) & 4294967295;
  END LOOP;
  RETURN (v_hash % p_shards)::integer;
END $$;
REVOKE ALL ON FUNCTION sse.shard_of(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.shard_of(text, integer) TO herald_system;

-- Says with how many shards a node wants to number, and returns the number in force. Another one is taken over while nobody
-- holds a lease: what still waits in the outbox moves to the shard of its tenant, so that its tenant keeps its order.
CREATE FUNCTION sse.adopt_shards(p_shards integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_shards integer;
BEGIN
  SELECT y.shards INTO v_shards FROM sse.layout y;
  IF v_shards = p_shards THEN
    RETURN v_shards;
  END IF;
  -- One at a time, and no lease is taken meanwhile.
  LOCK TABLE sse.lease IN EXCLUSIVE MODE;
  SELECT y.shards INTO v_shards FROM sse.layout y;
  IF v_shards = p_shards OR EXISTS (SELECT FROM sse.lease l WHERE l.until > clock_timestamp()) THEN
    -- Before this table was, every number was taken as it came.
    INSERT INTO sse.layout (shards) SELECT p_shards WHERE v_shards IS NULL;
    RETURN coalesce(v_shards, p_shards);
  END IF;
  UPDATE sse.outbox o SET shard = moved.shard
  FROM (
    SELECT t.tenant_id, sse.shard_of(t.tenant_id, p_shards) AS shard FROM (SELECT DISTINCT w.tenant_id FROM sse.outbox w) t
  ) moved
  WHERE o.tenant_id = moved.tenant_id AND o.shard <> moved.shard;
  INSERT INTO sse.layout AS y (shards) VALUES (p_shards)
  ON CONFLICT (single) DO UPDATE SET shards = excluded.shards, since = clock_timestamp();
  RETURN p_shards;
END $$;
${systemFunctions('sse', 'sse.lease_ends()', 'sse.adopt_shards(integer)')}
`;

  protected readonly downSql = `
DROP FUNCTION sse.adopt_shards(integer), sse.shard_of(text, integer), sse.lease_ends();
REVOKE UPDATE (shard) ON sse.outbox FROM herald_system;
DROP TABLE sse.layout;
${AS_SYSTEM}
${IDENTIFY}
${SECURE}
DECLARE
  v_timeline integer := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;
  v_system bigint := (SELECT system_identifier FROM pg_control_system());
  v_log uuid;
BEGIN
  SELECT log_id INTO v_log FROM sse.log_identity WHERE timeline = v_timeline AND system_identifier = v_system;
  IF v_log IS NULL THEN
    INSERT INTO sse.log_identity AS i (log_id, timeline, system_identifier)
    VALUES (gen_random_uuid(), v_timeline, v_system)
    ON CONFLICT (single) DO UPDATE
      SET log_id = excluded.log_id, timeline = excluded.timeline, system_identifier = excluded.system_identifier, since = excluded.since
      WHERE i.timeline <> excluded.timeline OR i.system_identifier <> excluded.system_identifier;
    SELECT log_id INTO v_log FROM sse.log_identity;
  END IF;
  RETURN v_log;
END $$;
${AS_OWNER}
ALTER TABLE sse.log_identity DROP COLUMN database_oid, DROP COLUMN table_oid;
`;
}
