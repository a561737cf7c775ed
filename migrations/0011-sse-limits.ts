import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/**
 * Limits of a tenant and a person hold over all nodes (PROTOCOL P100 – P102). A node asks for many people at once, whatever their
 * tenants, so these are functions. What a node that drains holds does not count: it is being closed.
 */
export class SseLimits1700000000011 extends SqlMigration {
  readonly name = 'SseLimits1700000000011';

  protected readonly upSql = `
-- What the other nodes hold of each person who wants to come in here; people of whom they hold nothing are left out. Polls count once
-- per device, and not those of the device that asks: an answered poll stays here for 30 s. Sequential scans are off because a
-- table that was empty when it was last looked at would be read once for each person.
CREATE FUNCTION sse.people_elsewhere(p_boot uuid, p_tenants text[], p_users text[], p_devices text[])
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

-- The same for tenants.
CREATE FUNCTION sse.tenants_elsewhere(p_boot uuid, p_tenants text[]) RETURNS TABLE (tenant_id text, connections integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT c.tenant_id, (count(*) FILTER (WHERE c.transport <> 'poll')
      + count(DISTINCT (c.user_id, c.device)) FILTER (WHERE c.transport = 'poll'))::integer
  FROM sse.connection c JOIN sse.node n ON n.node_id = c.node_id AND n.boot_id = c.boot_id
  WHERE c.tenant_id = ANY (p_tenants) AND n.until > clock_timestamp() AND NOT n.draining AND n.boot_id <> p_boot
  GROUP BY c.tenant_id
$$;

-- Of these people those who hold more than p_limit streams, all nodes together, with their streams, the oldest first.
CREATE FUNCTION sse.crowds(p_tenants text[], p_users text[], p_limit integer)
RETURNS TABLE (tenant_id text, user_id text, connections text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  WITH live AS MATERIALIZED (
    SELECT n.node_id, n.boot_id FROM sse.node n WHERE n.until > clock_timestamp() AND NOT n.draining
  )
  SELECT w.tenant_id, w.user_id, held.connections
  FROM unnest(p_tenants, p_users) AS w (tenant_id, user_id)
  CROSS JOIN LATERAL (
    SELECT array_agg(c.connection_id ORDER BY c.since, c.connection_id) AS connections
    FROM sse.connection c JOIN live l ON l.node_id = c.node_id AND l.boot_id = c.boot_id
    WHERE c.tenant_id = w.tenant_id AND c.user_id = w.user_id AND c.transport <> 'poll'
  ) held
  WHERE cardinality(held.connections) > p_limit
$$;
${systemFunctions(
  'sse',
  'sse.people_elsewhere(uuid, text[], text[], text[])',
  'sse.tenants_elsewhere(uuid, text[])',
  'sse.crowds(text[], text[], integer)',
)}
`;

  protected readonly downSql = `
DROP FUNCTION sse.crowds(text[], text[], integer), sse.tenants_elsewhere(uuid, text[]),
  sse.people_elsewhere(uuid, text[], text[], text[]);
`;
}
