-- Out of the log, because a partition cannot be made while the default one has rows of its day …
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_lift_day(p_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH lifted AS (DELETE FROM sse.event_log l WHERE l.day = p_day RETURNING l.*)
  INSERT INTO sse.event_log_moving (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM lifted
$$;
REVOKE ALL ON FUNCTION sse.log_lift_day(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_lift_day(date) TO herald_owner;
