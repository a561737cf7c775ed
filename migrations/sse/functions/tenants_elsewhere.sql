-- What the other servers hold of each of these tenants; see sse.people_elsewhere().
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.tenants_elsewhere(p_boot uuid, p_tenants text[]) RETURNS TABLE (tenant_id text, connections integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT c.tenant_id, (count(*) FILTER (WHERE c.transport <> 'poll')
      + count(DISTINCT (c.user_id, c.device)) FILTER (WHERE c.transport = 'poll'))::integer
  FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
  WHERE c.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp() AND NOT n.draining AND n.boot_id <> p_boot
  GROUP BY c.tenant_id
$$;
REVOKE ALL ON FUNCTION sse.tenants_elsewhere(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.tenants_elsewhere(uuid, text[]) TO herald_app;
