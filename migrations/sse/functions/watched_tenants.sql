-- Those of these tenants whose presence a connection or a live server follows.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.watched_tenants(p_tenants text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(w.tenant_id), '{}') FROM (
    SELECT c.tenant_id FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
    WHERE 'presence' = ANY (c.topics) AND c.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp()
    UNION SELECT w.tenant_id FROM sse.node n CROSS JOIN LATERAL unnest(n.watched) AS w (tenant_id)
    WHERE w.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp()
  ) w
$$;
REVOKE ALL ON FUNCTION sse.watched_tenants(text[]) FROM PUBLIC;
