-- Creates partitions from today on, and drops those older than the retention. Fails with 55P03 when readers hold locks: call
-- it again a moment later. Of several concurrent callers one works.
CREATE OR REPLACE FUNCTION sse.maintain(p_retention_days integer, p_days_ahead integer, OUT made integer, OUT dropped integer)
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
      SELECT s FROM sse.log_days_in_default(v_known) AS s
    ) w WHERE d <> ALL (v_known) ORDER BY d);
  IF cardinality(v_wanted) > 0 THEN
    -- First, so that no event enters the default partition before the new partition exists.
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
REVOKE ALL ON FUNCTION sse.maintain(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.maintain(integer, integer) TO herald_app;
