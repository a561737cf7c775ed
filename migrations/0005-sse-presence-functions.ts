import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/** Presence is written in batches of all tenants of a node, and tickets are redeemed before a tenant is known (delivery.md §3, §4). */
export class SsePresenceFunctions1700000000005 extends SqlMigration {
  readonly name = 'SsePresenceFunctions1700000000005';

  protected readonly upSql = `
-- A node says that it lives; its lease is counted by the database's clock.
CREATE FUNCTION sse.beat(p_node text, p_boot uuid, p_ttl_ms integer, p_draining boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sse.node (node_id, boot_id, until, draining)
  VALUES (p_node, p_boot, clock_timestamp() + p_ttl_ms * interval '1 ms', p_draining)
  ON CONFLICT (node_id, boot_id) DO UPDATE SET until = excluded.until, draining = excluded.draining
$$;

CREATE FUNCTION sse.live_nodes() RETURNS TABLE (node_id text, boot_id uuid, draining boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.node_id, n.boot_id, n.draining FROM sse.node n WHERE n.until > clock_timestamp()
$$;

-- Notes when people without any live connection were last seen. Called with what was just deleted.
CREATE FUNCTION sse.note_last_seen(p_tenants text[], p_users text[], p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sse.last_seen AS s (tenant_id, user_id, at)
  SELECT DISTINCT g.tenant_id, g.user_id, p_at FROM unnest(p_tenants, p_users) AS g (tenant_id, user_id)
  WHERE NOT EXISTS (
    SELECT FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
    WHERE c.tenant_id = g.tenant_id AND c.user_id = g.user_id AND n.until > clock_timestamp())
  ORDER BY 1, 2
  ON CONFLICT (tenant_id, user_id) DO UPDATE SET at = greatest(s.at, excluded.at), generation = s.generation + 1
$$;

-- One batch of a node: connections opened or changed, then connections closed.
CREATE FUNCTION sse.write_connections(p_node text, p_boot uuid, p_open jsonb, p_closed text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_tenants text[];
  v_users text[];
BEGIN
  INSERT INTO sse.connection (tenant_id, user_id, connection_id, node_id, boot_id, device, transport, sid, topics, since)
  SELECT o."tenantId", o."userId", o."connectionId", p_node, p_boot, o.device, o.transport, o."sessionId", o.topics, o.since
  FROM jsonb_to_recordset(p_open) AS o ("tenantId" text, "userId" text, "connectionId" text, device text, transport text,
    "sessionId" text, topics text[], since timestamptz)
  ON CONFLICT (tenant_id, connection_id) DO UPDATE SET topics = excluded.topics
    WHERE connection.node_id = p_node AND connection.boot_id = p_boot;
  WITH gone AS (
    DELETE FROM sse.connection c WHERE c.node_id = p_node AND c.boot_id = p_boot AND c.connection_id = ANY (p_closed)
    RETURNING c.tenant_id, c.user_id
  )
  SELECT array_agg(g.tenant_id), array_agg(g.user_id) INTO v_tenants, v_users FROM gone g;
  IF v_tenants IS NOT NULL THEN
    PERFORM sse.note_last_seen(v_tenants, v_users, clock_timestamp());
  END IF;
END $$;

-- A node says goodbye: its connections end with it.
CREATE FUNCTION sse.leave(p_node text, p_boot uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_tenants text[];
  v_users text[];
  v_until timestamptz;
BEGIN
  DELETE FROM sse.node n WHERE n.node_id = p_node AND n.boot_id = p_boot RETURNING n.until INTO v_until;
  WITH gone AS (
    DELETE FROM sse.connection c WHERE c.node_id = p_node AND c.boot_id = p_boot RETURNING c.tenant_id, c.user_id
  )
  SELECT array_agg(g.tenant_id), array_agg(g.user_id) INTO v_tenants, v_users FROM gone g;
  IF v_tenants IS NOT NULL THEN
    PERFORM sse.note_last_seen(v_tenants, v_users, least(clock_timestamp(), coalesce(v_until, clock_timestamp())));
  END IF;
END $$;

-- Clears away nodes that were killed, a while after their lease: until then their rows count for nothing anyway.
-- Also tickets and revocations that have expired.
CREATE FUNCTION sse.prune_presence() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_node record;
BEGIN
  FOR v_node IN SELECT n.node_id, n.boot_id FROM sse.node n WHERE n.until < clock_timestamp() - interval '15 seconds' FOR UPDATE SKIP LOCKED LOOP
    PERFORM sse.leave(v_node.node_id, v_node.boot_id);
  END LOOP;
  DELETE FROM sse.ticket t WHERE t.expires_at < clock_timestamp();
  DELETE FROM sse.revocation r WHERE r.expires_at < clock_timestamp();
END $$;

-- Counts of one tenant, or of the platform with NULL, over all live nodes.
CREATE FUNCTION sse.count_presence(p_tenant text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH live AS (
    SELECT n.node_id, n.boot_id, n.draining FROM sse.node n WHERE n.until > clock_timestamp()
  ), mine AS (
    SELECT c.tenant_id, c.user_id, c.node_id, c.transport, c.topics
    FROM sse.connection c JOIN live l ON l.node_id = c.node_id AND l.boot_id = c.boot_id
    WHERE p_tenant IS NULL OR c.tenant_id = p_tenant
  ), topic AS (
    SELECT t.name, count(*) AS n FROM mine m CROSS JOIN LATERAL unnest(m.topics) AS t (name) GROUP BY t.name
  )
  SELECT jsonb_build_object(
    'connections', (SELECT count(*) FROM mine),
    'users', (SELECT count(DISTINCT (tenant_id, user_id)) FROM mine),
    'topics', (SELECT count(*) FROM topic),
    'byNode', (SELECT coalesce(jsonb_agg(jsonb_build_object('nodeId', b.node_id, 'connections', b.n, 'users', b.users,
        'draining', b.draining) ORDER BY b.node_id), '[]')
      FROM (SELECT l.node_id, bool_or(l.draining) AS draining, count(m.user_id) AS n,
              count(DISTINCT (m.tenant_id, m.user_id)) FILTER (WHERE m.user_id IS NOT NULL) AS users
            FROM live l LEFT JOIN mine m ON m.node_id = l.node_id GROUP BY l.node_id) b),
    'byTransport', (SELECT coalesce(jsonb_object_agg(t.transport, t.n), '{}')
      FROM (SELECT transport, count(*) AS n FROM mine GROUP BY transport) t),
    'topTopics', (SELECT coalesce(jsonb_agg(jsonb_build_object('topic', t.name, 'connections', t.n) ORDER BY t.n DESC, t.name), '[]')
      FROM (SELECT name, n FROM topic ORDER BY n DESC, name LIMIT 100) t)
  )
$$;

-- Takes a ticket out of the store: of parallel calls one gets the row. Who the tenant is, only the ticket knows.
CREATE FUNCTION sse.redeem_ticket(p_hash bytea)
RETURNS TABLE (principal jsonb, origin text, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH spent AS (DELETE FROM sse.ticket t WHERE t.hash = p_hash RETURNING t.principal, t.origin, t.expires_at)
    SELECT s.principal, s.origin, s.expires_at FROM spent s WHERE s.expires_at > clock_timestamp();
END $$;
${systemFunctions(
  'sse',
  'sse.beat(text, uuid, integer, boolean)',
  'sse.live_nodes()',
  'sse.note_last_seen(text[], text[], timestamptz)',
  'sse.write_connections(text, uuid, jsonb, text[])',
  'sse.leave(text, uuid)',
  'sse.prune_presence()',
  'sse.count_presence(text)',
  'sse.redeem_ticket(bytea)',
)}
-- Only the functions above call it.
SET LOCAL ROLE herald_system;
REVOKE ALL ON FUNCTION sse.note_last_seen(text[], text[], timestamptz) FROM herald_app;
SET LOCAL ROLE herald_owner;
`;

  protected readonly downSql = `
DROP FUNCTION sse.redeem_ticket(bytea), sse.count_presence(text), sse.prune_presence(), sse.leave(text, uuid),
  sse.write_connections(text, uuid, jsonb, text[]), sse.note_last_seen(text[], text[], timestamptz), sse.live_nodes(),
  sse.beat(text, uuid, integer, boolean);
`;
}
