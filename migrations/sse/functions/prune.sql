-- Keeps checkpoints close to the heads, and deletes a bounded number of expired rows of all tenants.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.prune(p_limit integer DEFAULT 20000) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO sse.head AS h (tenant_id, checkpoint)
  SELECT t.key, max(t.value::bigint) FROM sse.batch b CROSS JOIN LATERAL jsonb_each_text(b.heads) t
  WHERE b.at > clock_timestamp() - interval '3 minutes' GROUP BY t.key ORDER BY t.key
  ON CONFLICT (tenant_id) DO UPDATE SET checkpoint = excluded.checkpoint WHERE h.checkpoint < excluded.checkpoint;
  -- The newest batch of a shard always stays: the next number follows from it.
  DELETE FROM sse.batch b USING (
    SELECT o.shard, o.no FROM sse.batch o WHERE o.at < clock_timestamp() - interval '1 hour' ORDER BY o.at LIMIT p_limit
  ) old
  WHERE b.shard = old.shard AND b.no = old.no
    AND b.no < (SELECT max(newest.no) FROM sse.batch newest WHERE newest.shard = b.shard);
  DELETE FROM sse.dedupe d USING (
    SELECT tenant_id, key FROM sse.dedupe WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ) old
  WHERE d.tenant_id = old.tenant_id AND d.key = old.key AND d.expires_at <= clock_timestamp();
  DELETE FROM sse.set_aside s USING (
    SELECT tenant_id, seq FROM sse.set_aside WHERE created_at < clock_timestamp() - interval '30 days' LIMIT p_limit
  ) old
  WHERE s.tenant_id = old.tenant_id AND s.seq = old.seq;
END $$;
REVOKE ALL ON FUNCTION sse.prune(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.prune(integer) TO herald_app;
