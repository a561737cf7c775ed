import { SqlMigration } from './sql-migration.js';
import { systemFunctions } from './system-function.js';

/** What an operator wants to know of the outbox, which no request may read. */
export class SseObservability1700000000008 extends SqlMigration {
  readonly name = 'SseObservability1700000000008';

  protected readonly upSql = `
-- Committed events that wait for their number, counted up to a limit so that a backlog does not cost more by being watched,
-- and the age of the oldest, by the index (shard, xid, id).
CREATE FUNCTION sse.backlog(p_shards integer[], p_limit integer) RETURNS TABLE (waiting bigint, oldest_ms double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  SELECT (SELECT count(*) FROM (SELECT FROM sse.outbox o WHERE o.shard = ANY (p_shards) LIMIT p_limit) few),
         coalesce((SELECT max(greatest(extract(epoch FROM clock_timestamp() - first.created_at) * 1000, 0))
                   FROM unnest(p_shards) AS s (shard) CROSS JOIN LATERAL (
                     SELECT o.created_at FROM sse.outbox o WHERE o.shard = s.shard ORDER BY o.xid, o.id LIMIT 1
                   ) first), 0)::double precision
$$;
${systemFunctions('sse', 'sse.backlog(integer[], integer)')}
`;

  protected readonly downSql = `
DROP FUNCTION sse.backlog(integer[], integer);
`;
}
