-- A node says that it lives; its lease is counted by the database's clock.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.beat(p_node text, p_boot uuid, p_ttl_ms integer, p_draining boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sse.node (node_id, boot_id, until, draining)
  VALUES (p_node, p_boot, clock_timestamp() + p_ttl_ms * interval '1 ms', p_draining)
  ON CONFLICT (node_id, boot_id) DO UPDATE SET until = excluded.until, draining = excluded.draining
$$;
REVOKE ALL ON FUNCTION sse.beat(text, uuid, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.beat(text, uuid, integer, boolean) TO herald_app;
