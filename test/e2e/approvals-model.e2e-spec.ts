import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide, EMPTY_DIRECTORY, parseDefinition, type Command, type InstanceState } from '@nest-herald/approvals';
import { ApprovalApp, oneNode } from '../support/approval-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Numbers that are the same in every run: `next(n)` gives 0 … n−1. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % n;
  };
}

const PEOPLE = ['ada', 'fin1', 'fin2', 'fin3', 'eve', 'root'] as const;

describe('the database and the engine', () => {
  let database: TestDatabase;
  let app: ApprovalApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  it.each(['any', 'all', 'sequential', 'quorum'])('agree on every random command (%s)', async (mode) => {
    const assignees = [{ type: 'user', users: ['fin1', 'fin2', 'fin3'] }];
    const definition = oneNode(`model-${mode}`, {
      mode,
      assignees,
      ...(mode === 'quorum' ? { quorum: { count: 2 } } : {}),
    });
    const parsed = parseDefinition(definition);
    if ('faults' in parsed) throw new Error('not valid');
    await app.define(definition);
    const next = seeded(mode.length * 7_919);
    const people = new Map(await Promise.all(PEOPLE.map(async (id) => [id, await app.as(id)] as const)));
    const seen = new Set<string>();

    for (let round = 0; round < 6; round += 1) {
      const started = await people.get('ada')!.post('/process-instances', { code: `model-${mode}` });
      const id = started.body.id as string;
      let state = await stateOf(id);
      for (let step = 0; step < 8; step += 1) {
        const who = PEOPLE[next(PEOPLE.length)] ?? 'ada';
        const task = state.tasks[next(state.tasks.length)];
        const [path, body, command] = pick(next(8), id, task?.key ?? '', await idOf(id, task?.key ?? ''));
        const answer = await people.get(who)!.post(path, body);
        const actor = { id: who, kind: 'user', manages: who === 'root' } as const;
        const now = (await stateTime(id)) ?? new Date().toISOString();
        const expected = await decideLike(parsed.graph, state, { ...command, actor } as Command, now);
        const after = await stateOf(id);
        if (expected.kind === 'refused') {
          expect([answer.body.code, command.type]).toEqual([expected.refusal.code, command.type]);
          expect(after).toEqual(state);
        } else {
          expect([answer.status, command.type]).toEqual([200, command.type]);
          expect(timeless(after)).toEqual(timeless(expected.state));
        }
        seen.add(`${command.type} ${expected.kind}`);
        expect(await projectionOf(id)).toEqual(projected(after));
        state = after;
      }
      expect((await people.get('ada')!.get(`/process-instances/${id}/verify`)).body.ok).toBe(true);
    }
    // The commands were not all refused, and not all taken.
    expect([...seen].filter((outcome) => outcome.endsWith('decided')).length).toBeGreaterThan(2);
    expect([...seen].filter((outcome) => outcome.endsWith('refused')).length).toBeGreaterThan(2);
  });

  function pick(
    choice: number,
    id: string,
    key: string,
    taskId: string,
  ): readonly [string, object, Record<string, unknown> & { type: string }] {
    const task = `/approval-tasks/${taskId}`;
    const instance = `/process-instances/${id}`;
    switch (choice) {
      case 0:
      case 1:
      case 2:
        return [`${task}/approve`, {}, { type: 'approve', task: key }];
      case 3:
        return [`${task}/reject`, { comment: 'no' }, { type: 'reject', task: key, comment: 'no' }];
      case 4:
        return [`${task}/transfer`, { toUserId: 'eve' }, { type: 'transfer', task: key, to: 'eve' }];
      case 5:
        return [`${task}/return`, { to: 'START' }, { type: 'return', task: key, to: 'START' }];
      case 6:
        return [`${instance}/resubmit`, {}, { type: 'resubmit' }];
      default:
        return [`${instance}/comment`, { comment: 'hm' }, { type: 'comment', text: 'hm' }];
    }
  }

  async function decideLike(graph: Parameters<typeof decide>[0], state: InstanceState, command: Command, now: string) {
    const person = (id: string) => ({
      id,
      tenantId: 'acme',
      name: `${id} of acme`,
      active: true,
      managerId: null,
      roles: [],
      departmentIds: [],
      positionIds: [],
      groupIds: [],
    });
    const directory = { ...EMPTY_DIRECTORY, people: new Map(PEOPLE.map((id) => [id, person(id)])) };
    const decision = decide(graph, state, command, { now, directory });
    if (decision.kind === 'needs') throw new Error(`The model asks ${JSON.stringify(decision.questions)}`);
    return decision;
  }

  async function query<T>(sql: string, id: string): Promise<T[]> {
    return app.inTenant('acme', (manager) => manager.query(sql, [id]) as Promise<T[]>);
  }

  async function stateOf(id: string): Promise<InstanceState> {
    const [row] = await query<{ state: InstanceState }>('select state from herald.apv_instance where id = $1', id);
    return row?.state as InstanceState;
  }

  async function stateTime(id: string): Promise<string | undefined> {
    const [row] = await query<{ at: Date | null }>(
      'select max(at) as at from herald.apv_action where instance_id = $1',
      id,
    );
    return row?.at?.toISOString();
  }

  async function idOf(id: string, key: string): Promise<string> {
    const rows = await query<{ id: string; key: string }>(
      'select id, key from herald.apv_task where instance_id = $1',
      id,
    );
    return rows.find((row) => row.key === key)?.id ?? '';
  }

  async function projectionOf(id: string): Promise<unknown> {
    return query('select key, status, action, acted_by from herald.apv_task where instance_id = $1 order by key', id);
  }

  function projected(state: InstanceState): unknown {
    return state.tasks
      .map((task) => ({ key: task.key, status: task.status, action: task.action, acted_by: task.by }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Times of the two differ by what lies between the two decisions. */
  function timeless(state: InstanceState): unknown {
    return JSON.parse(
      JSON.stringify(state, (name, value: unknown) => (['at', 'openedAt', 'dueAt'].includes(name) ? null : value)),
    );
  }
});
