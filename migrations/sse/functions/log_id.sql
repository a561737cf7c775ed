-- The id of this log without reading the state of the cluster: for reads, after identify_log() ran once.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.log_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT log_id FROM sse.log_identity
$$;
REVOKE ALL ON FUNCTION sse.log_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.log_id() TO herald_app;
