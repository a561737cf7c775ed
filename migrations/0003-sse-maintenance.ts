import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/**
 * Partitions and retention of the event log (delivery.md §2 "Tables"). DDL needs the owner, rows of all tenants need
 * `herald_system`; so `sse.maintain` belongs to the owner and calls `sse.log_*` for what concerns rows.
 */
export class SseMaintenance1700000000003 extends SqlMigration {
  readonly name = 'SseMaintenance1700000000003';

  protected readonly upSql = `
-- Days that have rows in the default partition: nobody made a partition in time.
CREATE FUNCTION sse.log_stray_days(p_known date[]) RETURNS SETOF date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT l.day FROM sse.event_log l WHERE l.day <> ALL (p_known) ORDER BY 1
$$;

-- Out of the log, because a partition cannot be made while the default one has rows of its day …
CREATE FUNCTION sse.log_lift_day(p_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH lifted AS (DELETE FROM sse.event_log l WHERE l.day = p_day RETURNING l.*)
  INSERT INTO sse.event_log_moving (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM lifted
$$;

-- … and back into the new partition, in the same transaction.
CREATE FUNCTION sse.log_lower_day() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH lowered AS (DELETE FROM sse.event_log_moving m RETURNING m.*)
  INSERT INTO sse.event_log (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM lowered
$$;

-- Remembers what a day took with it: a cursor below the floor resets, and numbering goes on behind the checkpoint.
CREATE FUNCTION sse.log_raise_floor(p_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sse.head AS h (tenant_id, checkpoint, floor)
  SELECT l.tenant_id, max(l.seq), max(l.seq) FROM sse.event_log l WHERE l.day = p_day GROUP BY l.tenant_id
  ON CONFLICT (tenant_id) DO UPDATE
    SET checkpoint = greatest(h.checkpoint, excluded.checkpoint), floor = greatest(h.floor, excluded.floor)
$$;

-- Makes a day's partition, with what strayed into the default partition.
CREATE FUNCTION sse.log_make_day(p_day date) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_name text := 'event_log_' || to_char(p_day, 'YYYYMMDD');
BEGIN
  PERFORM sse.log_lift_day(p_day);
  EXECUTE format('CREATE TABLE sse.%I PARTITION OF sse.event_log FOR VALUES FROM (%L) TO (%L)', v_name, p_day, p_day + 1);
  -- No grants and no policy: a partition is reached through its parent only.
  EXECUTE format('ALTER TABLE sse.%I ENABLE ROW LEVEL SECURITY', v_name);
  EXECUTE format('ALTER TABLE sse.%I FORCE ROW LEVEL SECURITY', v_name);
  PERFORM sse.log_lower_day();
END $$;

-- Makes partitions from today on, drops those older than the retention. Fails with 55P03 where readers are in the way:
-- call again a moment later. Of several callers at once one works.
CREATE FUNCTION sse.maintain(p_retention_days integer, p_days_ahead integer, OUT made integer, OUT dropped integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  v_today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  v_known date[];
  v_wanted date[];
  v_day date;
BEGIN
  made := 0;
  dropped := 0;
  IF p_retention_days < 1 OR p_days_ahead < 1 THEN
    RAISE EXCEPTION 'retention and days ahead are at least 1, got % and %', p_retention_days, p_days_ahead USING ERRCODE = '22023';
  END IF;
  IF NOT pg_try_advisory_xact_lock(114849008346213) THEN
    RETURN;
  END IF;
  v_known := ARRAY(
    SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'sse.event_log'::regclass AND c.relname ~ '^event_log_[0-9]{8}$');
  v_wanted := ARRAY(
    SELECT d FROM (
      SELECT v_today + n AS d FROM generate_series(0, p_days_ahead) AS n
      UNION
      SELECT s FROM sse.log_stray_days(v_known) AS s
    ) w WHERE d <> ALL (v_known) ORDER BY d);
  IF cardinality(v_wanted) > 0 THEN
    -- First, so that nothing strays into the default partition between lifting and making.
    LOCK TABLE sse.event_log IN ACCESS EXCLUSIVE MODE;
    FOREACH v_day IN ARRAY v_wanted LOOP
      PERFORM sse.log_make_day(v_day);
      made := made + 1;
    END LOOP;
  END IF;
  FOR v_day IN SELECT d FROM unnest(v_known || v_wanted) AS d WHERE d < v_today - p_retention_days ORDER BY d LOOP
    PERFORM sse.log_raise_floor(v_day);
    EXECUTE format('DROP TABLE sse.%I', 'event_log_' || to_char(v_day, 'YYYYMMDD'));
    dropped := dropped + 1;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION sse.log_make_day(date), sse.maintain(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.maintain(integer, integer) TO herald_app;

-- Keeps checkpoints near the heads, and deletes a bounded number of what has expired, of all tenants.
CREATE FUNCTION sse.prune(p_limit integer DEFAULT 20000) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO sse.head AS h (tenant_id, checkpoint)
  SELECT t.key, max(t.value::bigint) FROM sse.batch b CROSS JOIN LATERAL jsonb_each_text(b.heads) t
  WHERE b.at > clock_timestamp() - interval '3 minutes' GROUP BY t.key ORDER BY t.key
  ON CONFLICT (tenant_id) DO UPDATE SET checkpoint = excluded.checkpoint WHERE h.checkpoint < excluded.checkpoint;
  -- The newest batch of a shard stays for ever: the next number is made from it.
  DELETE FROM sse.batch b USING (
    SELECT o.shard, o.no FROM sse.batch o WHERE o.at < clock_timestamp() - interval '1 hour' ORDER BY o.at LIMIT p_limit
  ) old
  WHERE b.shard = old.shard AND b.no = old.no
    AND b.no < (SELECT max(newest.no) FROM sse.batch newest WHERE newest.shard = b.shard);
  DELETE FROM sse.dedupe d USING (
    SELECT tenant_id, key FROM sse.dedupe WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ) old
  WHERE d.tenant_id = old.tenant_id AND d.key = old.key AND d.expires_at <= clock_timestamp();
  DELETE FROM sse.set_aside s USING (
    SELECT tenant_id, seq FROM sse.set_aside WHERE created_at < clock_timestamp() - interval '30 days' LIMIT p_limit
  ) old
  WHERE s.tenant_id = old.tenant_id AND s.seq = old.seq;
END $$;
${systemFunctions(
  'sse',
  'sse.log_stray_days(date[])',
  'sse.log_lift_day(date)',
  'sse.log_lower_day()',
  'sse.log_raise_floor(date)',
  'sse.prune(integer)',
)}
-- Moving rows is the owner's business alone.
SET LOCAL ROLE herald_system;
REVOKE ALL ON FUNCTION sse.log_stray_days(date[]), sse.log_lift_day(date), sse.log_lower_day(), sse.log_raise_floor(date) FROM herald_app;
GRANT EXECUTE ON FUNCTION sse.log_stray_days(date[]), sse.log_lift_day(date), sse.log_lower_day(), sse.log_raise_floor(date) TO herald_owner;
SET LOCAL ROLE herald_owner;
`;

  protected readonly downSql = `
DROP FUNCTION sse.prune(integer), sse.maintain(integer, integer), sse.log_make_day(date), sse.log_raise_floor(date), sse.log_lower_day(),
  sse.log_lift_day(date), sse.log_stray_days(date[]);
`;
}
