-- Removes a server that stops, with its connections, and begins the grace period of its users.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.remove_node(p_node text, p_boot uuid, p_grace_ms integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_until timestamptz;
BEGIN
  SELECT n.until INTO v_until FROM sse.node n WHERE n.node_id = p_node AND n.boot_id = p_boot FOR UPDATE;
  IF FOUND THEN
    PERFORM sse.remove_nodes(ARRAY[p_node], ARRAY[p_boot], ARRAY[least(clock_timestamp(), v_until)], p_grace_ms);
  END IF;
END $$;
REVOKE ALL ON FUNCTION sse.remove_node(text, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.remove_node(text, uuid, integer) TO herald_app;
