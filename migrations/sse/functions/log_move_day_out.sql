-- Moves the events of a day out of the log: a partition cannot be created while the default partition has rows of its day.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_move_day_out(p_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH moved AS (DELETE FROM sse.event_log l WHERE l.day = p_day RETURNING l.*)
  INSERT INTO sse.event_log_moving (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM moved
$$;
REVOKE ALL ON FUNCTION sse.log_move_day_out(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_move_day_out(date) TO herald_owner;
