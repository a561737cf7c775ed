-- Stores a request for a live server; false when there is no such server. Also deletes what its sender did not collect.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.put_control(p_id text, p_tenant text, p_node text, p_request jsonb, p_ttl_ms integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM sse.control c WHERE c.id = ANY (ARRAY(
    SELECT o.id FROM sse.control o WHERE o.expires_at < clock_timestamp() LIMIT 100 FOR UPDATE SKIP LOCKED));
  INSERT INTO sse.control (id, tenant_id, node_id, request, expires_at)
  SELECT p_id, p_tenant, p_node, p_request, clock_timestamp() + p_ttl_ms * interval '1 ms'
  WHERE EXISTS (SELECT FROM sse.node n WHERE n.node_id = p_node AND n.until > clock_timestamp());
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION sse.put_control(text, text, text, jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.put_control(text, text, text, jsonb, integer) TO herald_app;
