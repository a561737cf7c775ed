-- Writes one batch of a server: connections opened or changed, then connections closed. Raises HS003 when the server's row
-- was removed after its lease ended: it must renew its lease and write all its connections.
-- leaving: number of users whose grace period began. changes: users who came online and whose presence is followed.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.change_connections(p_node text, p_boot uuid, p_grace_ms integer, p_open jsonb, p_closed jsonb)
RETURNS TABLE (leaving integer, changes jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz;
  v_tenants text[];
  v_users text[];
  v_generations bigint[];
  v_gone_tenants text[];
  v_gone_users text[];
  v_watched text[];
BEGIN
  PERFORM FROM sse.node n WHERE n.node_id = p_node AND n.boot_id = p_boot FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the node % was removed', p_node USING ERRCODE = 'HS003';
  END IF;
  v_now := clock_timestamp();

  -- Locks all users of the batch in order, and begins sessions. A user with closed connections only has NULL and does not change.
  WITH wish AS (
    SELECT o."tenantId" AS tenant_id, o."userId" AS user_id, 'infinity'::timestamptz AS ends_at
    FROM jsonb_to_recordset(p_open) AS o ("tenantId" text, "userId" text)
    UNION ALL
    SELECT c."tenantId", c."userId", NULL FROM jsonb_to_recordset(p_closed) AS c ("tenantId" text, "userId" text)
  ), begun AS (
    INSERT INTO sse.last_seen AS s (tenant_id, user_id, at, generation, ends_at)
    SELECT w.tenant_id, w.user_id, v_now, count(w.ends_at)::integer::boolean::integer, max(w.ends_at) FROM wish w
    GROUP BY 1, 2 ORDER BY w.tenant_id COLLATE "C", w.user_id COLLATE "C"
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET ends_at = 'infinity',
      generation = s.generation + (s.ends_at IS NULL)::integer, at = CASE WHEN s.ends_at IS NULL THEN v_now ELSE s.at END
    WHERE excluded.ends_at = 'infinity' AND s.ends_at IS DISTINCT FROM 'infinity'
    RETURNING s.tenant_id, s.user_id, s.generation, s.at, s.ends_at
  )
  -- A user who came back within the grace period keeps the time of leaving, which is before now.
  SELECT array_agg(b.tenant_id), array_agg(b.user_id), array_agg(b.generation) INTO v_tenants, v_users, v_generations
  FROM begun b WHERE b.at = v_now AND b.ends_at = 'infinity';

  INSERT INTO sse.connection (tenant_id, user_id, connection_id, node_id, boot_id, device, transport, sid, topics, since)
  SELECT o."tenantId", o."userId", o."connectionId", p_node, p_boot, o.device, o.transport, o."sessionId", o.topics, o.since
  FROM jsonb_to_recordset(p_open) AS o ("tenantId" text, "userId" text, "connectionId" text, device text, transport text,
    "sessionId" text, topics text[], since timestamptz)
  ON CONFLICT (tenant_id, connection_id) DO UPDATE SET topics = excluded.topics
    WHERE connection.node_id = p_node AND connection.boot_id = p_boot;

  WITH gone AS (
    DELETE FROM sse.connection c
    USING jsonb_to_recordset(p_closed) AS o ("tenantId" text, "connectionId" text)
    WHERE c.tenant_id = o."tenantId" AND c.connection_id = o."connectionId" AND c.node_id = p_node AND c.boot_id = p_boot
    RETURNING c.tenant_id, c.user_id
  )
  SELECT array_agg(g.tenant_id), array_agg(g.user_id) INTO v_gone_tenants, v_gone_users FROM gone g;
  leaving := 0;
  IF v_gone_tenants IS NOT NULL THEN
    leaving := sse.begin_grace(v_gone_tenants, v_gone_users, array_fill(v_now, ARRAY[cardinality(v_gone_users)]), p_grace_ms);
  END IF;

  -- Last, so that it sees followers that were written at the same time.
  changes := '[]';
  IF v_tenants IS NOT NULL THEN
    v_watched := sse.watched_tenants(v_tenants);
    SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', b.tenant_id, 'userId', b.user_id, 'online', true,
      'connections', (
        SELECT count(*) FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
        WHERE c.tenant_id = b.tenant_id AND c.user_id = b.user_id AND n.until > v_now
      ), 'at', v_now, 'generation', b.generation)), '[]') INTO changes
    FROM unnest(v_tenants, v_users, v_generations) AS b (tenant_id, user_id, generation) WHERE b.tenant_id = ANY (v_watched);
  END IF;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION sse.change_connections(text, uuid, integer, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.change_connections(text, uuid, integer, jsonb, jsonb) TO herald_app;
