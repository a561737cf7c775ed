-- Renews all leases of an owner in one statement. A lease that is missing in the result is lost.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.renew_leases(p_owner text, p_shards integer[], p_terms bigint[], p_ttl_ms integer)
RETURNS TABLE (shard integer, log_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
#variable_conflict use_column
DECLARE
  v_log uuid := sse.identify_log();
BEGIN
  RETURN QUERY
    UPDATE sse.lease l SET until = clock_timestamp() + p_ttl_ms * interval '1 ms'
    FROM unnest(p_shards, p_terms) AS mine (shard, term)
    WHERE l.shard = mine.shard AND l.term = mine.term AND l.owner = p_owner
    RETURNING l.shard, v_log;
END $$;
REVOKE ALL ON FUNCTION sse.renew_leases(text, integer[], bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.renew_leases(text, integer[], bigint[], integer) TO herald_app;
