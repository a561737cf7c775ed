-- Ends sessions whose grace period is over, whichever server they were on. Skips locked rows: it never waits, and each session
-- is ended by one of several concurrent callers. changes: users who went offline and whose presence is followed.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.end_sessions(p_limit integer) RETURNS TABLE (taken integer, changes jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  WITH due AS (
    SELECT s.tenant_id, s.user_id FROM sse.last_seen s WHERE s.ends_at < 'infinity' AND s.ends_at <= v_now
    ORDER BY s.ends_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), ended AS (
    -- A server that continued after a pause may have connections that did not count when the grace period began.
    UPDATE sse.last_seen s
    SET ends_at = CASE WHEN EXISTS (
        SELECT FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
        WHERE c.tenant_id = s.tenant_id AND c.user_id = s.user_id AND n.until > v_now) THEN 'infinity'::timestamptz END
    FROM due d WHERE s.tenant_id = d.tenant_id AND s.user_id = d.user_id
    RETURNING s.tenant_id, s.user_id, s.at, s.generation, s.ends_at
  ), watched AS (
    SELECT w.tenant_id FROM unnest(sse.watched_tenants((SELECT array_agg(DISTINCT e.tenant_id) FROM ended e))) AS w (tenant_id)
  )
  SELECT count(*)::integer,
    coalesce(jsonb_agg(jsonb_build_object('tenantId', e.tenant_id, 'userId', e.user_id, 'online', false, 'connections', 0,
      'at', e.at, 'generation', e.generation)) FILTER (WHERE e.ends_at IS NULL AND w.tenant_id IS NOT NULL), '[]')
  INTO taken, changes FROM ended e LEFT JOIN watched w ON w.tenant_id = e.tenant_id;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION sse.end_sessions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.end_sessions(integer) TO herald_app;
