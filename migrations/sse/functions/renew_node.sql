-- Renews the lease of a server, and records the tenants whose presence its own code follows. Returns false when the server
-- had no row: it is new, or its row was removed together with its connections.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.renew_node(p_node text, p_boot uuid, p_ttl_ms integer, p_draining boolean, p_watched text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE sse.node n SET until = clock_timestamp() + p_ttl_ms * interval '1 ms', draining = p_draining, watched = p_watched
  WHERE n.node_id = p_node AND n.boot_id = p_boot;
  IF FOUND THEN
    RETURN true;
  END IF;
  INSERT INTO sse.node (node_id, boot_id, until, draining, watched)
  VALUES (p_node, p_boot, clock_timestamp() + p_ttl_ms * interval '1 ms', p_draining, p_watched);
  RETURN false;
END $$;
REVOKE ALL ON FUNCTION sse.renew_node(text, uuid, integer, boolean, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.renew_node(text, uuid, integer, boolean, text[]) TO herald_app;
