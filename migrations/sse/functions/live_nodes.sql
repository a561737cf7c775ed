-- The servers whose lease has not ended.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.live_nodes() RETURNS TABLE (node_id text, boot_id uuid, draining boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.node_id, n.boot_id, n.draining FROM sse.node n WHERE n.until > clock_timestamp()
$$;
REVOKE ALL ON FUNCTION sse.live_nodes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.live_nodes() TO herald_app;
