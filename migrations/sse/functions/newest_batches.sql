-- The newest batch of each shard that has one.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.newest_batches() RETURNS TABLE (shard integer, no bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.shard, b.no FROM sse.lease l
  CROSS JOIN LATERAL (SELECT x.no FROM sse.batch x WHERE x.shard = l.shard ORDER BY x.no DESC LIMIT 1) b
$$;
REVOKE ALL ON FUNCTION sse.newest_batches() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.newest_batches() TO herald_app;
