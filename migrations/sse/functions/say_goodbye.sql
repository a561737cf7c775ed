-- A node says goodbye: its connections end with it, and the grace of its people begins.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.say_goodbye(p_node text, p_boot uuid, p_grace_ms integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_until timestamptz;
BEGIN
  SELECT n.until INTO v_until FROM sse.node n WHERE n.node_id = p_node AND n.boot_id = p_boot FOR UPDATE;
  IF FOUND THEN
    PERFORM sse.clear_nodes(ARRAY[p_node], ARRAY[p_boot], ARRAY[least(clock_timestamp(), v_until)], p_grace_ms);
  END IF;
END $$;
REVOKE ALL ON FUNCTION sse.say_goodbye(text, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.say_goodbye(text, uuid, integer) TO herald_app;
