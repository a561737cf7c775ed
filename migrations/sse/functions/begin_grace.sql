-- Begins the grace period of those of these users who have no live connection left. Called with the connections that were
-- just deleted, while their rows of last_seen are locked. Returns the number of users whose presence is followed.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.begin_grace(p_tenants text[], p_users text[], p_ats timestamptz[], p_grace_ms integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    SELECT g.tenant_id, g.user_id, max(g.at) AS at
    FROM unnest(p_tenants, p_users, p_ats) AS g (tenant_id, user_id, at) GROUP BY 1, 2
  ), leaving AS (
    UPDATE sse.last_seen s SET at = greatest(s.at, g.at), ends_at = g.at + p_grace_ms * interval '1 ms' FROM gone g
    WHERE s.tenant_id = g.tenant_id AND s.user_id = g.user_id AND s.ends_at = 'infinity' AND NOT EXISTS (
      SELECT FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
      WHERE c.tenant_id = s.tenant_id AND c.user_id = s.user_id AND n.until > clock_timestamp())
    RETURNING s.tenant_id
  )
  SELECT count(*)::integer FROM leaving l
  -- Evaluated once, not for each row.
  WHERE l.tenant_id = ANY ((SELECT sse.watched_tenants(array_agg(DISTINCT tenant_id)) FROM leaving)::text[])
$$;
REVOKE ALL ON FUNCTION sse.begin_grace(text[], text[], timestamptz[], integer) FROM PUBLIC;
