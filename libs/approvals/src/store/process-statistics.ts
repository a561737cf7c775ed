import type { EntityManager } from 'typeorm';
import type { DefinitionRow } from './definition-store.js';
import { summaryOf, type InstanceSummary } from './instance-lists.js';

/** Statistics of a process. */
export interface ProcessStatistics extends InstanceSummary {
  readonly processId: string;
  readonly code: string;
  readonly name: string;
  /** Seconds from submission to the end; null before an instance has ended. */
  readonly avgDurationSeconds: number | null;
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly runs: number;
    readonly p50Seconds: number | null;
    readonly p95Seconds: number | null;
  }[];
}

/** Counts the instances of a process by status, and measures how long they and their steps took. */
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
  const steps: { node_id: string; runs: string; p50: number | null; p95: number | null }[] = await manager.query(
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
    nodes: steps.map((row) => ({
      nodeId: row.node_id,
      runs: Number(row.runs),
      p50Seconds: row.p50,
      p95Seconds: row.p95,
    })),
  };
}
