-- Committed events that are not sequenced yet, counted up to a limit so that reading a long backlog stays cheap, and the
-- age of the oldest one, read by the index (shard, xid, id).
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.backlog(p_shards integer[], p_limit integer) RETURNS TABLE (waiting bigint, oldest_ms double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT (SELECT count(*) FROM (SELECT FROM sse.outbox o WHERE o.shard = ANY (p_shards) LIMIT p_limit) few),
         coalesce((SELECT max(greatest(extract(epoch FROM clock_timestamp() - first.created_at) * 1000, 0))
                   FROM unnest(p_shards) AS s (shard) CROSS JOIN LATERAL (
                     SELECT o.created_at FROM sse.outbox o WHERE o.shard = s.shard ORDER BY o.xid, o.id LIMIT 1
                   ) first), 0)::double precision
$$;
REVOKE ALL ON FUNCTION sse.backlog(integer[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.backlog(integer[], integer) TO herald_app;
