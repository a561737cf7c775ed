-- How long each lease still runs by the database's clock; negative after its end. One row for every shard that ever had an
-- owner. A successor checks again when the shortest lease ends, not up to half a second later.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.lease_ends() RETURNS TABLE (shard integer, ends_in_ms double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.shard, (extract(epoch FROM l.until - clock_timestamp()) * 1000)::double precision FROM sse.lease l ORDER BY l.shard
$$;
REVOKE ALL ON FUNCTION sse.lease_ends() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.lease_ends() TO herald_app;
