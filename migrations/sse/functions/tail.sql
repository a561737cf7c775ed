-- Batches after the given ones. Every server follows the log with it.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.tail(p_shards integer[], p_after bigint[], p_limit integer)
RETURNS TABLE (shard integer, no bigint, heads jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT b.shard, b.no, b.heads
  FROM unnest(p_shards, p_after) AS mine (shard, after)
  CROSS JOIN LATERAL (
    SELECT x.shard, x.no, x.heads FROM sse.batch x WHERE x.shard = mine.shard AND x.no > mine.after ORDER BY x.no LIMIT p_limit
  ) b
$$;
REVOKE ALL ON FUNCTION sse.tail(integer[], bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.tail(integer[], bigint[], integer) TO herald_app;
