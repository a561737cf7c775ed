-- The head of every tenant, for a server that was paused for longer than batches are kept.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.all_heads() RETURNS TABLE (tenant_id text, head bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE tenants AS (
    (SELECT l.tenant_id FROM sse.event_log l ORDER BY l.tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.tenant_id FROM sse.event_log l WHERE l.tenant_id > t.tenant_id ORDER BY l.tenant_id LIMIT 1)
    FROM tenants t WHERE t.tenant_id IS NOT NULL
  )
  SELECT t.tenant_id, (SELECT l.seq FROM sse.event_log l WHERE l.tenant_id = t.tenant_id ORDER BY l.seq DESC LIMIT 1)
  FROM tenants t WHERE t.tenant_id IS NOT NULL
$$;
REVOKE ALL ON FUNCTION sse.all_heads() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.all_heads() TO herald_app;
