-- What the other servers hold of each user who wants to connect here. Users without connections there are left out. Polls
-- count once per device, and not for the device that asks: an answered poll stays here for 30 s. Sequential scans are off
-- because a table that was empty when it was last analysed would be read once for each user.
SET LOCAL ROLE herald_system;
CREATE OR REPLACE FUNCTION sse.people_elsewhere(p_boot uuid, p_tenants text[], p_users text[], p_devices text[])
RETURNS TABLE (no integer, connections integer, oldest_id text, oldest_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  WITH other AS MATERIALIZED (
    SELECT n.node_id, n.boot_id FROM sse.node n WHERE n.until > clock_timestamp() AND NOT n.draining AND n.boot_id <> p_boot
  )
  SELECT w.no::integer, (held.streams + held.polls)::integer, held.oldest[1], held.since
  FROM unnest(p_tenants, p_users, p_devices) WITH ORDINALITY AS w (tenant_id, user_id, device, no)
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE c.transport <> 'poll') AS streams,
           count(DISTINCT c.device) FILTER (WHERE c.transport = 'poll' AND c.device <> w.device) AS polls,
           array_agg(c.connection_id ORDER BY c.since, c.connection_id) FILTER (WHERE c.transport <> 'poll') AS oldest,
           min(c.since) FILTER (WHERE c.transport <> 'poll') AS since
    FROM sse.connection c JOIN other o ON o.node_id = c.node_id AND o.boot_id = c.boot_id
    WHERE c.tenant_id = w.tenant_id AND c.user_id = w.user_id
  ) held
  WHERE held.streams + held.polls > 0
$$;
REVOKE ALL ON FUNCTION sse.people_elsewhere(uuid, text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sse.people_elsewhere(uuid, text[], text[], text[]) TO herald_app;
