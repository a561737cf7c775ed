-- Every shard that ever had an owner, so that a smaller number of shards leaves no rows behind.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.known_shards() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT shard FROM sse.lease ORDER BY shard
$$;
REVOKE ALL ON FUNCTION sse.known_shards() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.known_shards() TO herald_app;
