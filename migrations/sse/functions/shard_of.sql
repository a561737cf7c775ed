-- The shard of a tenant: FNV-1a of its id, modulo the number of shards. The same as shardOf() of the library. Ids are ASCII.
CREATE OR REPLACE FUNCTION sse.shard_of(p_tenant text, p_shards integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_hash bigint := 2166136261;
BEGIN
  FOR i IN 1..length(p_tenant) LOOP
    v_hash := ((v_hash # ascii(substr(p_tenant, i, 1))::bigint) * 16777619) & 4294967295;
  END LOOP;
  RETURN (v_hash % p_shards)::integer;
END $$;
REVOKE ALL ON FUNCTION sse.shard_of(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.shard_of(text, integer) TO herald_system;
