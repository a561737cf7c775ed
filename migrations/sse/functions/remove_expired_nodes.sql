-- Removes the servers whose lease has ended; skips those that another server is removing. Returns the number of users
-- whose grace period began and whose presence is followed.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.remove_expired_nodes(p_grace_ms integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_nodes text[];
  v_boots uuid[];
  v_ats timestamptz[];
BEGIN
  SELECT array_agg(d.node_id), array_agg(d.boot_id), array_agg(d.until) INTO v_nodes, v_boots, v_ats
  FROM (SELECT n.node_id, n.boot_id, n.until FROM sse.node n WHERE n.until < clock_timestamp() FOR UPDATE SKIP LOCKED) d;
  IF v_nodes IS NULL THEN
    RETURN 0;
  END IF;
  RETURN sse.remove_nodes(v_nodes, v_boots, v_ats, p_grace_ms);
END $$;
REVOKE ALL ON FUNCTION sse.remove_expired_nodes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.remove_expired_nodes(integer) TO herald_app;
