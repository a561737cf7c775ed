-- What nodes of the version before call, while a cluster is renewed one by one. Nobody hears of who comes online through them.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.leave(p_node text, p_boot uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT sse.say_goodbye(p_node, p_boot, 10000)
$$;
REVOKE ALL ON FUNCTION sse.leave(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.leave(text, uuid) TO herald_app;
