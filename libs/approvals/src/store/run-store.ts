import type { EntityManager } from 'typeorm';
import type { StepRun } from '../engine/instance/instance-state.js';

/** Inserts or updates runs with one statement. */
export async function writeRuns(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  runs: readonly StepRun[],
  now: string,
): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map((run) => ({
    node_id: run.nodeId,
    visit: run.visit,
    round: run.round,
    mode: run.mode,
    required: run.required,
    status: run.status,
    left_at: run.status === 'active' ? null : now,
  }));
  await manager.query(
    `insert into herald.apv_node_run (tenant_id, instance_id, node_id, visit, round, mode, required, status, entered_at, left_at)
     select $1, $2, r.node_id, r.visit, r.round, r.mode, r.required, r.status, $4, r.left_at
       from jsonb_to_recordset($3::jsonb) as r(node_id text, visit int, round int, mode text, required int, status text,
            left_at timestamptz)
     on conflict (tenant_id, instance_id, node_id, visit) do update
       set mode = excluded.mode, required = excluded.required, status = excluded.status, left_at = excluded.left_at`,
    [tenantId, instanceId, JSON.stringify(rows), now],
  );
}

/** Inserts the people on copy. */
export async function insertCopies(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  users: readonly string[],
  now: string,
): Promise<void> {
  if (users.length === 0) return;
  await manager.query(
    `insert into herald.apv_cc (tenant_id, instance_id, user_id, at)
     select $1, $2, person, $4 from unnest($3::text[]) as named(person)
     on conflict do nothing`,
    [tenantId, instanceId, users, now],
  );
}
