-- Those of these users who hold more than p_limit streams on all servers together, with their streams, the oldest first.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.users_over_limit(p_tenants text[], p_users text[], p_limit integer)
RETURNS TABLE (tenant_id text, user_id text, connections text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  WITH live AS MATERIALIZED (
    SELECT n.node_id, n.boot_id FROM sse.node n WHERE n.until > clock_timestamp() AND NOT n.draining
  )
  SELECT w.tenant_id, w.user_id, held.connections
  FROM unnest(p_tenants, p_users) AS w (tenant_id, user_id)
  CROSS JOIN LATERAL (
    SELECT array_agg(c.connection_id ORDER BY c.since, c.connection_id) AS connections
    FROM sse.connection c JOIN live l ON l.node_id = c.node_id AND l.boot_id = c.boot_id
    WHERE c.tenant_id = w.tenant_id AND c.user_id = w.user_id AND c.transport <> 'poll'
  ) held
  WHERE cardinality(held.connections) > p_limit
$$;
REVOKE ALL ON FUNCTION sse.users_over_limit(text[], text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.users_over_limit(text[], text[], integer) TO herald_app;
