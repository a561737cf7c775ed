import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/** One turn of the sequencer as it first was; SseBacklog replaces it. */
export const SEQUENCE = `CREATE FUNCTION sse.sequence(p_shard integer, p_owner text, p_term bigint, p_limit integer, p_previous pg_snapshot)
RETURNS TABLE (snapshot pg_snapshot, taken integer, no bigint, heads jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The outbox is empty or huge, statistics are always wrong: only the index (shard, xid, id) is right.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
SET work_mem = '32MB'
SET lock_timeout = '1s'
AS $$
#variable_conflict use_column
DECLARE
  v_open xid8[] := ARRAY(SELECT pg_snapshot_xip(p_previous));
  v_from xid8 := pg_snapshot_xmax(p_previous);
  v_day date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
  PERFORM FROM sse.lease l
  WHERE l.shard = p_shard AND l.owner = p_owner AND l.term = p_term AND l.until > clock_timestamp()
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: % does not hold shard % with term %', p_owner, p_shard, p_term USING ERRCODE = 'HS001';
  END IF;
  -- Before the scan: what commits between the two is found again next time; the other way round it would be lost.
  snapshot := pg_current_snapshot();
  WITH picked AS MATERIALIZED (
    -- Exactly what the previous snapshot could not see; rows it could see were taken or never existed.
    SELECT c.row_at FROM (
      SELECT o.ctid AS row_at, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid >= v_from
      UNION ALL
      SELECT o.ctid, o.id FROM sse.outbox o WHERE o.shard = p_shard AND o.xid = ANY (v_open)
    ) c
    ORDER BY c.id
    LIMIT p_limit
  ), moved AS (
    DELETE FROM sse.outbox o WHERE o.ctid = ANY (ARRAY(SELECT row_at FROM picked))
    RETURNING o.id, o.tenant_id, o.audience, o.recipients, o.type, o.payload, o.traceparent, o.created_at,
      sse.is_deliverable(o.tenant_id, o.audience, o.recipients, o.type, o.payload) AS ok
  ), tenants AS MATERIALIZED (
    -- Once per tenant; the planner would do it once per event.
    SELECT t.tenant_id, greatest(
      (SELECT l.seq FROM sse.event_log l WHERE l.tenant_id = t.tenant_id ORDER BY l.seq DESC LIMIT 1),
      (SELECT h.checkpoint FROM sse.head h WHERE h.tenant_id = t.tenant_id),
      0) AS head
    FROM (SELECT DISTINCT m.tenant_id FROM moved m) t
  ), numbered AS (
    SELECT m.*, t.head + row_number() OVER (PARTITION BY m.tenant_id ORDER BY m.id) AS seq
    FROM moved m JOIN tenants t ON t.tenant_id = m.tenant_id
  ), logged AS (
    INSERT INTO sse.event_log (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
    SELECT n.tenant_id, n.seq, CASE WHEN ok THEN n.audience ELSE 'none' END, CASE WHEN ok THEN n.recipients END,
           CASE WHEN ok THEN n.type ELSE 'tombstone' END, CASE WHEN ok THEN n.payload ELSE '' END,
           CASE WHEN ok THEN n.traceparent END, n.created_at, v_day
    FROM numbered n
  ), aside AS (
    INSERT INTO sse.set_aside (tenant_id, seq, audience, recipients, type, payload, created_at)
    SELECT n.tenant_id, n.seq, n.audience, n.recipients, n.type, n.payload, n.created_at FROM numbered n WHERE NOT n.ok
  ), tops AS (
    SELECT n.tenant_id, max(n.seq) AS head, count(*) AS events FROM numbered n GROUP BY n.tenant_id
  )
  SELECT coalesce(sum(t.events), 0)::integer, coalesce(jsonb_object_agg(t.tenant_id, t.head), '{}')
  INTO taken, heads FROM tops t;
  IF taken > 0 THEN
    INSERT INTO sse.batch (shard, no, heads)
    VALUES (p_shard, coalesce((SELECT b.no FROM sse.batch b WHERE b.shard = p_shard ORDER BY b.no DESC LIMIT 1), 0) + 1, heads)
    RETURNING batch.no INTO no;
  END IF;
  RETURN NEXT;
END $$;`;

/** Publishing, leases and numbering: what runs inside the server so that one round trip is enough (delivery.md §2). */
export class SsePublishing1700000000002 extends SqlMigration {
  readonly name = 'SsePublishing1700000000002';

  protected readonly upSql = `
-- Publishes events of one tenant in the caller's transaction: no lock besides its insert, no NOTIFY.
-- A transaction without a tenant gets it for this statement; one with another tenant is refused (HS002).
-- recipients are array literals or NULL. Returns how many rows were written; fewer than given means deduplicated.
CREATE FUNCTION sse.append(
  p_tenant text, p_shard integer, p_audiences text[], p_recipients text[], p_types text[], p_payloads text[],
  p_traceparents text[], p_keys text[]
) RETURNS integer
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
  v_fresh text[];
  v_count integer;
BEGIN
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', p_tenant, true);
  ELSIF v_tenant <> p_tenant THEN
    RAISE EXCEPTION 'transaction belongs to another tenant' USING ERRCODE = 'HS002';
  END IF;
  IF p_keys IS NULL THEN
    INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
    SELECT p_shard, p_tenant, e.audience, e.recipients::text[], e.type, e.payload, e.traceparent
    FROM unnest(p_audiences, p_recipients, p_types, p_payloads, p_traceparents)
      WITH ORDINALITY AS e (audience, recipients, type, payload, traceparent, n)
    ORDER BY e.n;
  ELSE
    -- A twin that has not committed yet makes this wait for its end: then exactly one of the two is fresh.
    WITH fresh AS (
      INSERT INTO sse.dedupe AS d (tenant_id, key, expires_at)
      SELECT DISTINCT p_tenant, k, clock_timestamp() + interval '24 hours' FROM unnest(p_keys) AS k WHERE k IS NOT NULL ORDER BY 2
      ON CONFLICT (tenant_id, key) DO UPDATE SET expires_at = excluded.expires_at WHERE d.expires_at <= clock_timestamp()
      RETURNING key
    )
    SELECT array_agg(key) INTO v_fresh FROM fresh;
    INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
    SELECT p_shard, p_tenant, e.audience, e.recipients::text[], e.type, e.payload, e.traceparent
    FROM unnest(p_audiences, p_recipients, p_types, p_payloads, p_traceparents, p_keys)
      WITH ORDINALITY AS e (audience, recipients, type, payload, traceparent, key, n)
    WHERE e.key IS NULL OR e.key = ANY (v_fresh)
    ORDER BY e.n;
  END IF;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', '', true);
  END IF;
  RETURN v_count;
END $$;
REVOKE ALL ON FUNCTION sse.append(text, integer, text[], text[], text[], text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.append(text, integer, text[], text[], text[], text[], text[], text[]) TO herald_app;

-- The same for one event without a key, which is what most publications are: half the cost.
CREATE FUNCTION sse.append_one(
  p_tenant text, p_shard integer, p_audience text, p_recipients text[], p_type text, p_payload text, p_traceparent text
) RETURNS integer
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
BEGIN
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', p_tenant, true);
  ELSIF v_tenant <> p_tenant THEN
    RAISE EXCEPTION 'transaction belongs to another tenant' USING ERRCODE = 'HS002';
  END IF;
  INSERT INTO sse.outbox (shard, tenant_id, audience, recipients, type, payload, traceparent)
  VALUES (p_shard, p_tenant, p_audience, p_recipients, p_type, p_payload, p_traceparent);
  IF v_tenant IS NULL THEN
    PERFORM set_config('herald.tenant_id', '', true);
  END IF;
  RETURN 1;
END $$;
REVOKE ALL ON FUNCTION sse.append_one(text, integer, text, text[], text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.append_one(text, integer, text, text[], text, text, text) TO herald_app;

-- Whether an event can be encoded and found; what cannot is set aside with a tombstone under its seq.
CREATE FUNCTION sse.is_deliverable(p_tenant text, p_audience text, p_recipients text[], p_type text, p_payload text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Lengths apart from the patterns: a bounded repetition costs ten times as much.
  SELECT length(p_tenant) <= 128 AND p_tenant ~ '^[A-Za-z0-9_.@|-]+$'
     AND length(p_audience) BETWEEN 1 AND 264 AND p_audience !~ '[[:cntrl:]]'
     AND length(p_type) <= 64 AND p_type ~ '^[A-Za-z0-9_.:-]+$'
     AND octet_length(p_payload) <= 65536
     AND CASE WHEN p_audience = 'users' THEN coalesce(cardinality(p_recipients) BETWEEN 1 AND 500, false) ELSE p_recipients IS NULL END
$$;
REVOKE ALL ON FUNCTION sse.is_deliverable(text, text, text[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.is_deliverable(text, text, text[], text, text) TO herald_system;

-- The id of this log. It changes when the log is another one than before: fail-over, restore, other cluster.
-- The timeline comes from the WAL position: pg_control_checkpoint() still shows the old one after a promotion.
CREATE FUNCTION sse.identify_log() RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

-- The same without a look at the cluster: for reads, after identify_log() ran once.
CREATE FUNCTION sse.log_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT log_id FROM sse.log_identity
$$;

-- Takes the leases that nobody holds, each with a higher term. The database's clock alone decides.
CREATE FUNCTION sse.take_leases(p_owner text, p_shards integer[], p_ttl_ms integer)
RETURNS TABLE (shard integer, term bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
#variable_conflict use_column
BEGIN
  PERFORM sse.identify_log();
  RETURN QUERY
    INSERT INTO sse.lease AS l (shard, owner, term, until)
    SELECT s, p_owner, 1, clock_timestamp() + p_ttl_ms * interval '1 ms'
    FROM unnest(p_shards) AS s
    -- Looked at first without a lock: an attempt must not get in the way of the holder.
    WHERE NOT EXISTS (SELECT FROM sse.lease held WHERE held.shard = s AND held.until > clock_timestamp())
    ORDER BY s
    ON CONFLICT (shard) DO UPDATE
      SET owner = excluded.owner, term = l.term + 1, until = clock_timestamp() + p_ttl_ms * interval '1 ms'
      WHERE l.until <= clock_timestamp()
    RETURNING l.shard, l.term;
END $$;

-- Prolongs all leases of an owner in one statement; what is missing in the answer is lost.
CREATE FUNCTION sse.renew_leases(p_owner text, p_shards integer[], p_terms bigint[], p_ttl_ms integer)
RETURNS TABLE (shard integer, log_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
#variable_conflict use_column
DECLARE
  v_log uuid := sse.identify_log();
BEGIN
  RETURN QUERY
    UPDATE sse.lease l SET until = clock_timestamp() + p_ttl_ms * interval '1 ms'
    FROM unnest(p_shards, p_terms) AS mine (shard, term)
    WHERE l.shard = mine.shard AND l.term = mine.term AND l.owner = p_owner
    RETURNING l.shard, v_log;
END $$;

-- Gives leases back at an orderly stop, so that the next owner need not wait for their end.
CREATE FUNCTION sse.release_leases(p_owner text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.lease SET until = clock_timestamp() WHERE owner = p_owner AND until > clock_timestamp()
$$;

-- Every shard that ever had an owner, so that a smaller number of shards leaves no rows behind.
CREATE FUNCTION sse.known_shards() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT shard FROM sse.lease ORDER BY shard
$$;

-- Shards that nobody numbers right now, for readiness.
CREATE FUNCTION sse.unled_shards(p_shards integer[]) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s FROM unnest(p_shards) AS s
  WHERE NOT EXISTS (SELECT FROM sse.lease l WHERE l.shard = s AND l.until > clock_timestamp()) ORDER BY s
$$;

-- One turn of the sequencer (delivery.md "Sequence"): moves what was committed from the outbox to the log and numbers it.
-- Returns no rows of events: a paused caller must not be able to hold the commit.
-- Raises HS001 when the caller does not hold the shard (any more).
${SEQUENCE}

-- Batches behind the given ones, for the tail of every node.
CREATE FUNCTION sse.tail(p_shards integer[], p_after bigint[], p_limit integer)
RETURNS TABLE (shard integer, no bigint, heads jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT b.shard, b.no, b.heads
  FROM unnest(p_shards, p_after) AS mine (shard, after)
  CROSS JOIN LATERAL (
    SELECT x.shard, x.no, x.heads FROM sse.batch x WHERE x.shard = mine.shard AND x.no > mine.after ORDER BY x.no LIMIT p_limit
  ) b
$$;

-- The newest batch of each shard that has one.
CREATE FUNCTION sse.newest_batches() RETURNS TABLE (shard integer, no bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.shard, b.no FROM sse.lease l
  CROSS JOIN LATERAL (SELECT x.no FROM sse.batch x WHERE x.shard = l.shard ORDER BY x.no DESC LIMIT 1) b
$$;

-- The head of every tenant, for a node that slept longer than batches are kept.
CREATE FUNCTION sse.all_heads() RETURNS TABLE (tenant_id text, head bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE tenants AS (
    (SELECT l.tenant_id FROM sse.event_log l ORDER BY l.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.tenant_id FROM sse.event_log l WHERE l.tenant_id > t.tenant_id ORDER BY l.tenant_id LIMIT 1)
    FROM tenants t WHERE t.tenant_id IS NOT NULL
  )
  SELECT t.tenant_id, (SELECT l.seq FROM sse.event_log l WHERE l.tenant_id = t.tenant_id ORDER BY l.seq DESC LIMIT 1)
  FROM tenants t WHERE t.tenant_id IS NOT NULL
$$;

-- seq of the oldest event published at or after a moment, in the tenant of the transaction; head + 1 when all are older.
-- Halves the range: created_at rises with seq but for the length of overlapping transactions.
CREATE FUNCTION sse.first_since(p_since timestamptz, p_floor bigint, p_head bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
  v_tenant text := nullif(current_setting('herald.tenant_id', true), '');
  v_low bigint := p_floor + 1;
  v_high bigint := p_head + 1;
  v_middle bigint;
BEGIN
  WHILE v_low < v_high LOOP
    v_middle := (v_low + v_high) / 2;
    IF EXISTS (SELECT FROM sse.event_log l WHERE l.tenant_id = v_tenant AND l.seq = v_middle AND l.created_at >= p_since) THEN
      v_high := v_middle;
    ELSE
      v_low := v_middle + 1;
    END IF;
  END LOOP;
  RETURN v_low;
END $$;
REVOKE ALL ON FUNCTION sse.first_since(timestamptz, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.first_since(timestamptz, bigint, bigint) TO herald_app;
${systemFunctions(
  'sse',
  'sse.identify_log()',
  'sse.log_id()',
  'sse.take_leases(text, integer[], integer)',
  'sse.renew_leases(text, integer[], bigint[], integer)',
  'sse.release_leases(text)',
  'sse.known_shards()',
  'sse.unled_shards(integer[])',
  'sse.sequence(integer, text, bigint, integer, pg_snapshot)',
  'sse.tail(integer[], bigint[], integer)',
  'sse.newest_batches()',
  'sse.all_heads()',
)}
`;

  protected readonly downSql = `
DROP FUNCTION sse.first_since(timestamptz, bigint, bigint), sse.all_heads(), sse.newest_batches(), sse.tail(integer[], bigint[], integer),
  sse.sequence(integer, text, bigint, integer, pg_snapshot), sse.unled_shards(integer[]), sse.known_shards(), sse.release_leases(text),
  sse.renew_leases(text, integer[], bigint[], integer), sse.take_leases(text, integer[], integer), sse.log_id(), sse.identify_log(),
  sse.is_deliverable(text, text, text[], text, text), sse.append_one(text, integer, text, text[], text, text, text),
  sse.append(text, integer, text[], text[], text[], text[], text[], text[]);
`;
}
