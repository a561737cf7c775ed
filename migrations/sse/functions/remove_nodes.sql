-- Removes servers and their connections. The caller holds the rows of the servers FOR UPDATE. Locks all users in one pass.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.remove_nodes(p_nodes text[], p_boots uuid[], p_ats timestamptz[], p_grace_ms integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_tenants text[];
  v_users text[];
  v_ats timestamptz[];
BEGIN
  PERFORM FROM (
    SELECT DISTINCT c.tenant_id, c.user_id FROM sse.connection c
    JOIN unnest(p_nodes, p_boots) AS g (node_id, boot_id) ON g.node_id = c.node_id AND g.boot_id = c.boot_id
  ) p JOIN sse.last_seen s ON s.tenant_id = p.tenant_id AND s.user_id = p.user_id
  ORDER BY s.tenant_id, s.user_id FOR UPDATE OF s;
  DELETE FROM sse.node n USING unnest(p_nodes, p_boots) AS g (node_id, boot_id) WHERE n.node_id = g.node_id AND n.boot_id = g.boot_id;
  WITH gone AS (
    DELETE FROM sse.connection c USING unnest(p_nodes, p_boots, p_ats) AS g (node_id, boot_id, at)
    WHERE c.node_id = g.node_id AND c.boot_id = g.boot_id RETURNING c.tenant_id, c.user_id, g.at
  )
  SELECT array_agg(g.tenant_id), array_agg(g.user_id), array_agg(g.at) INTO v_tenants, v_users, v_ats FROM gone g;
  IF v_tenants IS NULL THEN
    RETURN 0;
  END IF;
  RETURN sse.begin_grace(v_tenants, v_users, v_ats, p_grace_ms);
END $$;
REVOKE ALL ON FUNCTION sse.remove_nodes(text[], uuid[], timestamptz[], integer) FROM PUBLIC;
