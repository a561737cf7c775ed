-- Takes the answer of a server request. With p_withdraw it removes the request without an answer, so that it is not executed any more.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.collect_control(p_id text, p_tenant text, p_withdraw boolean) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM sse.control c
  WHERE c.id = p_id AND c.tenant_id = p_tenant AND (p_withdraw OR c.answer IS NOT NULL)
  RETURNING c.answer
$$;
REVOKE ALL ON FUNCTION sse.collect_control(text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.collect_control(text, text, boolean) TO herald_app;
