-- Shards that no server sequences right now, for readiness.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.shards_without_owner(p_shards integer[]) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s FROM unnest(p_shards) AS s
  WHERE NOT EXISTS (SELECT FROM sse.lease l WHERE l.shard = s AND l.until > clock_timestamp()) ORDER BY s
$$;
REVOKE ALL ON FUNCTION sse.shards_without_owner(integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.shards_without_owner(integer[]) TO herald_app;
