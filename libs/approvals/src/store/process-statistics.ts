import type { EntityManager } from 'typeorm';
import { summaryOf } from './instance-lists.js';
import type { ProcessStatistics } from '../http/definition.schemas.js';
import type { DefinitionRow } from './definition-store.js';

/** How the instances of a process ended and how long its nodes took, counted by the database over all of them. */
export async function statisticsOf(
  manager: EntityManager,
  tenantId: string,
  { id: definitionId, code, name }: DefinitionRow,
): Promise<ProcessStatistics> {
  const statuses: { status: string; count: string; seconds: string | null; ended: string }[] = await manager.query(
    `select status, count(*), sum(extract(epoch from completed_at - started_at)) as seconds,
            count(completed_at) filter (where started_at is not null) as ended
       from herald.apv_instance where tenant_id = $1 and definition_id = $2 group by status`,
    [tenantId, definitionId],
  );
  const nodes: { node_id: string; runs: string; p50: number | null; p95: number | null }[] = await manager.query(
    `select r.node_id, count(*) as runs,
            percentile_cont(0.5) within group (order by extract(epoch from r.left_at - r.entered_at)) as p50,
            percentile_cont(0.95) within group (order by extract(epoch from r.left_at - r.entered_at)) as p95
       from herald.apv_node_run r
       join herald.apv_instance i on i.tenant_id = r.tenant_id and i.id = r.instance_id
      where r.tenant_id = $1 and i.definition_id = $2 group by r.node_id order by r.node_id`,
    [tenantId, definitionId],
  );
  const ended = statuses.reduce((sum, row) => sum + Number(row.ended), 0);
  const seconds = statuses.reduce((sum, row) => sum + Number(row.seconds ?? 0), 0);
  return {
    processId: definitionId,
    code,
    name,
    ...summaryOf(statuses),
    avgDurationSeconds: ended === 0 ? null : seconds / ended,
    nodes: nodes.map((row) => ({
      nodeId: row.node_id,
      runs: Number(row.runs),
      p50Seconds: row.p50,
      p95Seconds: row.p95,
    })),
  };
}
