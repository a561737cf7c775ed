-- Proposes a number of shards and returns the number in force. A new number replaces the old one while no server holds a
-- lease: events that wait in the outbox move to the shard of their tenant, so that each tenant keeps its order.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.adopt_shards(p_shards integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_shards integer;
BEGIN
  SELECT y.shards INTO v_shards FROM sse.layout y;
  IF v_shards = p_shards THEN
    RETURN v_shards;
  END IF;
  -- One caller at a time, and no server takes a lease until the commit.
  LOCK TABLE sse.lease IN EXCLUSIVE MODE;
  SELECT y.shards INTO v_shards FROM sse.layout y;
  IF v_shards = p_shards OR EXISTS (SELECT FROM sse.lease l WHERE l.until > clock_timestamp()) THEN
    -- The first caller decides while the table is empty.
    INSERT INTO sse.layout (shards) SELECT p_shards WHERE v_shards IS NULL;
    RETURN coalesce(v_shards, p_shards);
  END IF;
  UPDATE sse.outbox o SET shard = moved.shard
  FROM (
    SELECT t.tenant_id, sse.shard_of(t.tenant_id, p_shards) AS shard FROM (SELECT DISTINCT w.tenant_id FROM sse.outbox w) t
  ) moved
  WHERE o.tenant_id = moved.tenant_id AND o.shard <> moved.shard;
  INSERT INTO sse.layout AS y (shards) VALUES (p_shards)
  ON CONFLICT (single) DO UPDATE SET shards = excluded.shards, since = clock_timestamp();
  RETURN p_shards;
END $$;
REVOKE ALL ON FUNCTION sse.adopt_shards(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.adopt_shards(integer) TO herald_app;
