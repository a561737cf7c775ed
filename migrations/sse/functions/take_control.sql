-- Takes a request: once, by the server that it is for, and only before it expires.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.take_control(p_id text, p_node text) RETURNS TABLE (tenant_id text, request jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.control c SET taken_at = clock_timestamp()
  WHERE c.id = p_id AND c.node_id = p_node AND c.taken_at IS NULL AND c.expires_at > clock_timestamp()
  RETURNING c.tenant_id, c.request
$$;
REVOKE ALL ON FUNCTION sse.take_control(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.take_control(text, text) TO herald_app;
