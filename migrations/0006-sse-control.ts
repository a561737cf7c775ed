import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';
import { systemTable, tenantTable } from './tenant-table.js';

/** Where nodes leave requests and answers for each other; the backplane carries only their ids (ADR 0010). */
export class SseControl1700000000006 extends SqlMigration {
  readonly name = 'SseControl1700000000006';

  protected readonly upSql = `
-- No grant for anybody but the functions below: what a node obeys can neither be made up nor read by who can only NOTIFY and LISTEN.
-- UNLOGGED: a letter lives seconds, and a crash answers it with 504.
CREATE UNLOGGED TABLE sse.control (
  id text COLLATE "C" NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  request jsonb NOT NULL,
  taken_at timestamptz,
  answer jsonb,
  expires_at timestamptz NOT NULL,
  CONSTRAINT control_pkey PRIMARY KEY (id)
);
CREATE INDEX control_expiry ON sse.control (expires_at);
${tenantTable('sse.control')}${systemTable('sse.control')}
GRANT SELECT, INSERT, UPDATE, DELETE ON sse.control TO herald_system;

-- Leaves a letter for a node that lives; false when there is none. Clears away what its sender did not collect.
CREATE FUNCTION sse.put_control(p_id text, p_tenant text, p_node text, p_request jsonb, p_ttl_ms integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM sse.control c WHERE c.id = ANY (ARRAY(
    SELECT o.id FROM sse.control o WHERE o.expires_at < clock_timestamp() LIMIT 100 FOR UPDATE SKIP LOCKED));
  INSERT INTO sse.control (id, tenant_id, node_id, request, expires_at)
  SELECT p_id, p_tenant, p_node, p_request, clock_timestamp() + p_ttl_ms * interval '1 ms'
  WHERE EXISTS (SELECT FROM sse.node n WHERE n.node_id = p_node AND n.until > clock_timestamp());
  RETURN FOUND;
END $$;

-- Once, by the node that it is for, and not when it is too old.
CREATE FUNCTION sse.take_control(p_id text, p_node text) RETURNS TABLE (tenant_id text, request jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.control c SET taken_at = clock_timestamp()
  WHERE c.id = p_id AND c.node_id = p_node AND c.taken_at IS NULL AND c.expires_at > clock_timestamp()
  RETURNING c.tenant_id, c.request
$$;

CREATE FUNCTION sse.answer_control(p_id text, p_node text, p_answer jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sse.control c SET answer = p_answer
  WHERE c.id = p_id AND c.node_id = p_node AND c.taken_at IS NOT NULL AND c.answer IS NULL
$$;

-- Takes the answer out; p_withdraw takes the letter out without one, so that nobody acts on it any more.
CREATE FUNCTION sse.collect_control(p_id text, p_tenant text, p_withdraw boolean) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM sse.control c
  WHERE c.id = p_id AND c.tenant_id = p_tenant AND (p_withdraw OR c.answer IS NOT NULL)
  RETURNING c.answer
$$;
${systemFunctions(
  'sse',
  'sse.put_control(text, text, text, jsonb, integer)',
  'sse.take_control(text, text)',
  'sse.answer_control(text, text, jsonb)',
  'sse.collect_control(text, text, boolean)',
)}
-- What is asked about a tenant is asked about what is still in force.
CREATE INDEX revocation_in_force ON sse.revocation (tenant_id, expires_at);
`;

  protected readonly downSql = `
DROP INDEX sse.revocation_in_force;
DROP FUNCTION sse.collect_control(text, text, boolean), sse.answer_control(text, text, jsonb), sse.take_control(text, text),
  sse.put_control(text, text, text, jsonb, integer);
DROP TABLE sse.control;
`;
}
