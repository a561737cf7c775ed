-- The id of this log. It changes when the log becomes another one: fail-over, restore, copy, other cluster.
-- The timeline comes from the WAL position: pg_control_checkpoint() still shows the old one after a promotion.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.identify_log() RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
REVOKE ALL ON FUNCTION sse.identify_log() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.identify_log() TO herald_app;
