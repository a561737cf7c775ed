-- Takes the leases that no server holds, each with a higher term. Only the database's clock decides.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.take_leases(p_owner text, p_shards integer[], p_ttl_ms integer)
RETURNS TABLE (shard integer, term bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
#variable_conflict use_column
BEGIN
  PERFORM sse.identify_log();
  RETURN QUERY
    INSERT INTO sse.lease AS l (shard, owner, term, until)
    SELECT s, p_owner, 1, clock_timestamp() + p_ttl_ms * interval '1 ms'
    FROM unnest(p_shards) AS s
    -- Checked first without a lock: an attempt must not delay the owner.
    WHERE NOT EXISTS (SELECT FROM sse.lease held WHERE held.shard = s AND held.until > clock_timestamp())
    ORDER BY s
    ON CONFLICT (shard) DO UPDATE
      SET owner = excluded.owner, term = l.term + 1, until = clock_timestamp() + p_ttl_ms * interval '1 ms'
      WHERE l.until <= clock_timestamp()
    RETURNING l.shard, l.term;
END $$;
REVOKE ALL ON FUNCTION sse.take_leases(text, integer[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.take_leases(text, integer[], integer) TO herald_app;
