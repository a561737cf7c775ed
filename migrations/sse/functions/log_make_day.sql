-- Creates the partition of a day, and moves the events of that day out of the default partition into it.
CREATE OR REPLACE FUNCTION sse.log_make_day(p_day date) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_name text := 'event_log_' || to_char(p_day, 'YYYYMMDD');
BEGIN
  PERFORM sse.log_move_day_out(p_day);
  EXECUTE format('CREATE TABLE sse.%I PARTITION OF sse.event_log FOR VALUES FROM (%L) TO (%L)', v_name, p_day, p_day + 1);
  -- No grants and no policy: queries reach a partition only through its parent.
  EXECUTE format('ALTER TABLE sse.%I ENABLE ROW LEVEL SECURITY', v_name);
  EXECUTE format('ALTER TABLE sse.%I FORCE ROW LEVEL SECURITY', v_name);
  PERFORM sse.log_move_day_in();
END $$;
REVOKE ALL ON FUNCTION sse.log_make_day(date) FROM PUBLIC;
