-- Records what is lost with a day's partition: a cursor below the floor resets, and sequencing continues after the checkpoint.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_raise_floor(p_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sse.head AS h (tenant_id, checkpoint, floor)
  SELECT l.tenant_id, max(l.seq), max(l.seq) FROM sse.event_log l WHERE l.day = p_day GROUP BY l.tenant_id
  ON CONFLICT (tenant_id) DO UPDATE
    SET checkpoint = greatest(h.checkpoint, excluded.checkpoint), floor = greatest(h.floor, excluded.floor)
$$;
REVOKE ALL ON FUNCTION sse.log_raise_floor(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_raise_floor(date) TO herald_owner;
