-- Counts of one tenant over all live servers; of all tenants when p_tenant is NULL.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.count_presence(p_tenant text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH live AS (
    SELECT n.node_id, n.boot_id, n.draining FROM sse.node n WHERE n.until > clock_timestamp()
  ), mine AS (
    SELECT c.tenant_id, c.user_id, c.node_id, c.transport, c.topics
    FROM sse.connection c JOIN live l ON l.node_id = c.node_id AND l.boot_id = c.boot_id
    WHERE p_tenant IS NULL OR c.tenant_id = p_tenant
  ), topic AS (
    SELECT t.name, count(*) AS n FROM mine m CROSS JOIN LATERAL unnest(m.topics) AS t (name) GROUP BY t.name
  )
  SELECT jsonb_build_object(
    'connections', (SELECT count(*) FROM mine),
    'users', (SELECT count(DISTINCT (tenant_id, user_id)) FROM mine),
    'topics', (SELECT count(*) FROM topic),
    'byNode', (SELECT coalesce(jsonb_agg(jsonb_build_object('nodeId', b.node_id, 'connections', b.n, 'users', b.users,
        'draining', b.draining) ORDER BY b.node_id), '[]')
      FROM (SELECT l.node_id, bool_or(l.draining) AS draining, count(m.user_id) AS n,
              count(DISTINCT (m.tenant_id, m.user_id)) FILTER (WHERE m.user_id IS NOT NULL) AS users
            FROM live l LEFT JOIN mine m ON m.node_id = l.node_id GROUP BY l.node_id) b),
    'byTransport', (SELECT coalesce(jsonb_object_agg(t.transport, t.n), '{}')
      FROM (SELECT transport, count(*) AS n FROM mine GROUP BY transport) t),
    'topTopics', (SELECT coalesce(jsonb_agg(jsonb_build_object('topic', t.name, 'connections', t.n) ORDER BY t.n DESC, t.name), '[]')
      FROM (SELECT name, n FROM topic ORDER BY n DESC, name LIMIT 100) t)
  )
$$;
REVOKE ALL ON FUNCTION sse.count_presence(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.count_presence(text) TO herald_app;
