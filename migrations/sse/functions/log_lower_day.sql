-- … and back into the new partition, in the same transaction.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_lower_day() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH lowered AS (DELETE FROM sse.event_log_moving m RETURNING m.*)
  INSERT INTO sse.event_log (tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day)
  SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day FROM lowered
$$;
REVOKE ALL ON FUNCTION sse.log_lower_day() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_lower_day() TO herald_owner;
