import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/** Sessions of people: when somebody came online and went offline, each told once by one node (delivery.md §3). */
export class SsePresenceSessions1700000000010 extends SqlMigration {
  readonly name = 'SsePresenceSessions1700000000010';

  protected readonly upSql = `
-- A session begins with somebody's first connection and ends when there was none for the grace (10 s). Its number is
-- last_seen.generation; ends_at says how it stands: infinity while connected, a time while the grace runs, NULL when it was ended.
-- Only who ends it tells of it, and only then a new one can begin: so each has one beginning and one end.
--
-- The row of last_seen is where all nodes meet: whoever opens or closes a connection of a person holds it, so nobody else
-- changes that person's connections meanwhile, and each transition is seen by exactly one of two that race.
-- Order of locks, the same everywhere: node, then last_seen by (tenant_id, user_id), then connection. A connection's row is
-- written by its own node, which holds the node's row FOR KEY SHARE, or taken away by whoever holds that FOR UPDATE.
ALTER TABLE sse.last_seen ADD COLUMN ends_at timestamptz;
CREATE INDEX last_seen_ending ON sse.last_seen (ends_at) WHERE ends_at < 'infinity';
-- Whom it concerns: tenants where somebody follows the topic itself, which no pattern reaches, or code of a node does.
CREATE INDEX connection_presence ON sse.connection (tenant_id) WHERE 'presence' = ANY (topics);
ALTER TABLE sse.node ADD COLUMN watched text[] COLLATE "C" NOT NULL DEFAULT '{}';

-- Those who are connected now are in their session.
SET LOCAL ROLE herald_system;
INSERT INTO sse.last_seen AS s (tenant_id, user_id, at, ends_at)
SELECT c.tenant_id, c.user_id, min(c.since), 'infinity' FROM sse.connection c GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (tenant_id, user_id) DO UPDATE SET ends_at = 'infinity', generation = s.generation + 1;
SET LOCAL ROLE herald_owner;

-- Which of these tenants somebody alive follows.
CREATE FUNCTION sse.watched_tenants(p_tenants text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(w.tenant_id), '{}') FROM (
    SELECT c.tenant_id FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
    WHERE 'presence' = ANY (c.topics) AND c.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp()
    UNION SELECT w.tenant_id FROM sse.node n CROSS JOIN LATERAL unnest(n.watched) AS w (tenant_id)
    WHERE w.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp()
  ) w
$$;

-- The grace begins for those of these people who have no live connection left. Called with what was just deleted, the rows of
-- last_seen held. Returns how many of them somebody wants to hear of.
CREATE FUNCTION sse.begin_grace(p_tenants text[], p_users text[], p_ats timestamptz[], p_grace_ms integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    SELECT g.tenant_id, g.user_id, max(g.at) AS at
    FROM unnest(p_tenants, p_users, p_ats) AS g (tenant_id, user_id, at) GROUP BY 1, 2
  ), leaving AS (
    UPDATE sse.last_seen s SET at = greatest(s.at, g.at), ends_at = g.at + p_grace_ms * interval '1 ms' FROM gone g
    WHERE s.tenant_id = g.tenant_id AND s.user_id = g.user_id AND s.ends_at = 'infinity' AND NOT EXISTS (
      SELECT FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
      WHERE c.tenant_id = s.tenant_id AND c.user_id = s.user_id AND n.until > clock_timestamp())
    RETURNING s.tenant_id
  )
  SELECT count(*)::integer FROM leaving l
  -- Asked once, not for each of them.
  WHERE l.tenant_id = ANY ((SELECT sse.watched_tenants(array_agg(DISTINCT tenant_id)) FROM leaving)::text[])
$$;

-- One batch of a node: connections opened or changed, then connections closed. Raises HS003 when the node was taken for dead
-- and cleared away: it must say that it lives, and write everything that it has.
-- leaving: people for whom the grace began. changes: people who came online, where somebody wants to hear of it.
CREATE FUNCTION sse.change_connections(p_node text, p_boot uuid, p_grace_ms integer, p_open jsonb, p_closed jsonb)
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
    RAISE EXCEPTION 'the node % was cleared away', p_node USING ERRCODE = 'HS003';
  END IF;
  v_now := clock_timestamp();

  -- Holds everybody whom the batch concerns, in order, and begins sessions. One that only closes brings NULL and changes nothing.
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
  -- Who came back within the grace keeps the time of leaving, which is before now.
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

  -- Last, so that a follower who was written meanwhile is seen.
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

-- Ends sessions whose grace is over, of whichever node. Rows that somebody holds are left for later, so it waits for nobody and
-- of several callers one gets each. changes: people who went offline, where somebody wants to hear of it.
CREATE FUNCTION sse.end_sessions(p_limit integer) RETURNS TABLE (taken integer, changes jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  WITH due AS (
    SELECT s.tenant_id, s.user_id FROM sse.last_seen s WHERE s.ends_at < 'infinity' AND s.ends_at <= v_now
    ORDER BY s.ends_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), ended AS (
    -- A node that came back from a pause may have brought connections along that did not count when the grace began.
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

-- Takes nodes out with their connections. The caller holds the nodes FOR UPDATE. Everybody whom it concerns is held in one pass.
CREATE FUNCTION sse.clear_nodes(p_nodes text[], p_boots uuid[], p_ats timestamptz[], p_grace_ms integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_tenants text[];
  v_users text[];
  v_ats timestamptz[];
BEGIN
  PERFORM FROM (
    SELECT DISTINCT c.tenant_id, c.user_id FROM sse.connection c
    JOIN unnest(p_nodes, p_boots) AS g (node_id, boot_id) ON g.node_id = c.node_id AND g.boot_id = c.boot_id
  ) p JOIN sse.last_seen s ON s.tenant_id = p.tenant_id AND s.user_id = p.user_id
  ORDER BY s.tenant_id, s.user_id FOR UPDATE OF s;
  DELETE FROM sse.node n USING unnest(p_nodes, p_boots) AS g (node_id, boot_id) WHERE n.node_id = g.node_id AND n.boot_id = g.boot_id;
  WITH gone AS (
    DELETE FROM sse.connection c USING unnest(p_nodes, p_boots, p_ats) AS g (node_id, boot_id, at)
    WHERE c.node_id = g.node_id AND c.boot_id = g.boot_id RETURNING c.tenant_id, c.user_id, g.at
  )
  SELECT array_agg(g.tenant_id), array_agg(g.user_id), array_agg(g.at) INTO v_tenants, v_users, v_ats FROM gone g;
  IF v_tenants IS NULL THEN
    RETURN 0;
  END IF;
  RETURN sse.begin_grace(v_tenants, v_users, v_ats, p_grace_ms);
END $$;

-- Clears away the nodes whose lease has ended; those of whom another node takes care are left to it. Returns for how many
-- people the grace began of whom somebody wants to hear.
CREATE FUNCTION sse.bury_nodes(p_grace_ms integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_nodes text[];
  v_boots uuid[];
  v_ats timestamptz[];
BEGIN
  SELECT array_agg(d.node_id), array_agg(d.boot_id), array_agg(d.until) INTO v_nodes, v_boots, v_ats
  FROM (SELECT n.node_id, n.boot_id, n.until FROM sse.node n WHERE n.until < clock_timestamp() FOR UPDATE SKIP LOCKED) d;
  IF v_nodes IS NULL THEN
    RETURN 0;
  END IF;
  RETURN sse.clear_nodes(v_nodes, v_boots, v_ats, p_grace_ms);
END $$;

-- A node says that it lives, and in which tenants its own code follows. False when it was not there: it is new, or was cleared
-- away with its connections.
CREATE FUNCTION sse.renew_node(p_node text, p_boot uuid, p_ttl_ms integer, p_draining boolean, p_watched text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE sse.node n SET until = clock_timestamp() + p_ttl_ms * interval '1 ms', draining = p_draining, watched = p_watched
  WHERE n.node_id = p_node AND n.boot_id = p_boot;
  IF FOUND THEN
    RETURN true;
  END IF;
  INSERT INTO sse.node (node_id, boot_id, until, draining, watched)
  VALUES (p_node, p_boot, clock_timestamp() + p_ttl_ms * interval '1 ms', p_draining, p_watched);
  RETURN false;
END $$;

-- A node says goodbye: its connections end with it, and the grace of its people begins.
CREATE FUNCTION sse.say_goodbye(p_node text, p_boot uuid, p_grace_ms integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_until timestamptz;
BEGIN
  SELECT n.until INTO v_until FROM sse.node n WHERE n.node_id = p_node AND n.boot_id = p_boot FOR UPDATE;
  IF FOUND THEN
    PERFORM sse.clear_nodes(ARRAY[p_node], ARRAY[p_boot], ARRAY[least(clock_timestamp(), v_until)], p_grace_ms);
  END IF;
END $$;

${systemFunctions(
  'sse',
  'sse.watched_tenants(text[])',
  'sse.begin_grace(text[], text[], timestamptz[], integer)',
  'sse.change_connections(text, uuid, integer, jsonb, jsonb)',
  'sse.end_sessions(integer)',
  'sse.clear_nodes(text[], uuid[], timestamptz[], integer)',
  'sse.bury_nodes(integer)',
  'sse.renew_node(text, uuid, integer, boolean, text[])',
  'sse.say_goodbye(text, uuid, integer)',
)}
GRANT CREATE ON SCHEMA sse TO herald_system;
SET LOCAL ROLE herald_system;
-- Only other functions call these.
REVOKE ALL ON FUNCTION sse.watched_tenants(text[]), sse.begin_grace(text[], text[], timestamptz[], integer), sse.clear_nodes(text[], uuid[], timestamptz[], integer) FROM herald_app;

CREATE OR REPLACE FUNCTION sse.prune_presence() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sse.bury_nodes(10000);
  DELETE FROM sse.ticket t WHERE t.expires_at < clock_timestamp();
  DELETE FROM sse.revocation r WHERE r.expires_at < clock_timestamp();
END $$;

-- What nodes of the version before call, while a cluster is renewed one by one. Nobody hears of who comes online through them.
CREATE OR REPLACE FUNCTION sse.leave(p_node text, p_boot uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT sse.say_goodbye(p_node, p_boot, 10000)
$$;

CREATE OR REPLACE FUNCTION sse.write_connections(p_node text, p_boot uuid, p_open jsonb, p_closed text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM sse.change_connections(p_node, p_boot, 10000, p_open, (
    SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', c.tenant_id, 'userId', c.user_id, 'connectionId', c.connection_id)), '[]')
    FROM (
      SELECT o."tenantId" AS tenant_id, o."userId" AS user_id, o."connectionId" AS connection_id
      FROM jsonb_to_recordset(p_open) AS o ("tenantId" text, "userId" text, "connectionId" text)
      UNION SELECT s.tenant_id, s.user_id, s.connection_id FROM sse.connection s WHERE s.node_id = p_node AND s.boot_id = p_boot
    ) c WHERE c.connection_id = ANY (p_closed)));
END $$;

DROP FUNCTION sse.note_last_seen(text[], text[], timestamptz);
SET LOCAL ROLE herald_owner;
REVOKE CREATE ON SCHEMA sse FROM herald_system;
`;

  protected readonly downSql = `
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
${systemFunctions('sse', 'sse.note_last_seen(text[], text[], timestamptz)')}
GRANT CREATE ON SCHEMA sse TO herald_system;
SET LOCAL ROLE herald_system;
REVOKE ALL ON FUNCTION sse.note_last_seen(text[], text[], timestamptz) FROM herald_app;

CREATE OR REPLACE FUNCTION sse.write_connections(p_node text, p_boot uuid, p_open jsonb, p_closed text[]) RETURNS void
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

CREATE OR REPLACE FUNCTION sse.leave(p_node text, p_boot uuid) RETURNS void
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

CREATE OR REPLACE FUNCTION sse.prune_presence() RETURNS void
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
SET LOCAL ROLE herald_owner;
REVOKE CREATE ON SCHEMA sse FROM herald_system;

DROP FUNCTION sse.say_goodbye(text, uuid, integer), sse.renew_node(text, uuid, integer, boolean, text[]), sse.bury_nodes(integer),
  sse.clear_nodes(text[], uuid[], timestamptz[], integer), sse.end_sessions(integer),
  sse.change_connections(text, uuid, integer, jsonb, jsonb), sse.begin_grace(text[], text[], timestamptz[], integer),
  sse.watched_tenants(text[]);
DROP INDEX sse.connection_presence, sse.last_seen_ending;
ALTER TABLE sse.node DROP COLUMN watched;
ALTER TABLE sse.last_seen DROP COLUMN ends_at;
`;
}
