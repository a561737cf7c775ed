-- Stores the answer of the server that took the request.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.answer_control(p_id text, p_node text, p_answer jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.control c SET answer = p_answer
  WHERE c.id = p_id AND c.node_id = p_node AND c.taken_at IS NOT NULL AND c.answer IS NULL
$$;
REVOKE ALL ON FUNCTION sse.answer_control(text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.answer_control(text, text, jsonb) TO herald_app;
