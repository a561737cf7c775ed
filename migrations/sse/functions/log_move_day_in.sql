-- Moves the events back into the log and its new partition, in the same transaction.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_move_day_in() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH moved AS (DELETE FROM sse.event_log_moving m RETURNING m.*)
  INSERT INTO sse.event_log (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM moved
$$;
REVOKE ALL ON FUNCTION sse.log_move_day_in() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_move_day_in() TO herald_owner;
