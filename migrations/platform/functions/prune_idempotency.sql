-- Deletes a bounded number of expired answers of all tenants. Any server calls it from time to time.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION herald.prune_idempotency(p_limit integer DEFAULT 10000) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    DELETE FROM herald.idempotency i
    USING (
      SELECT tenant_id, actor_id, key FROM herald.idempotency WHERE expires_at <= clock_timestamp() LIMIT p_limit
    ) e
    WHERE i.tenant_id = e.tenant_id AND i.actor_id = e.actor_id AND i.key = e.key AND i.expires_at <= clock_timestamp()
    RETURNING 1
  )
  SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION herald.prune_idempotency(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION herald.prune_idempotency(integer) TO herald_app;
