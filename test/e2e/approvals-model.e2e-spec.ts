import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandBody, DefinitionInput } from '@nest-herald/approvals';
import { graphOf, MemoryDirectory, MemoryInstance } from '@nest-herald/approvals/testing';
import { ApprovalApp, oneStep } from '../support/approval-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

type InstanceState = MemoryInstance['state'];

/** A sequence of numbers that is the same in every run: `next(n)` returns 0 … n − 1. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % n;
  };
}

const PEOPLE = ['ada', 'fin1', 'fin2', 'fin3', 'eve', 'root'] as const;

describe('Database and engine', () => {
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

  it.each(['any', 'all', 'sequential', 'quorum'])('agree on random commands in mode %s', async (mode) => {
    const assignees = [{ type: 'user', users: ['fin1', 'fin2', 'fin3'] }];
    const definition = oneStep(`model-${mode}`, {
      mode,
      assignees,
      ...(mode === 'quorum' ? { quorum: { count: 2 } } : {}),
    });
    await app.define(definition);
    const directory = new MemoryDirectory('acme');
    for (const id of PEOPLE) directory.person(id, { name: `${id} of acme` });
    const model = new MemoryInstance(graphOf(definition as DefinitionInput), directory, 'ada');
    const next = seeded(mode.length * 7_919);
    const people = new Map(await Promise.all(PEOPLE.map(async (id) => [id, await app.as(id)] as const)));
    const seen = new Set<string>();

    for (let round = 0; round < 6; round += 1) {
      const started = await people.get('ada')!.post('/process-instances', { code: `model-${mode}` });
      const id = started.body.id as string;
      let state = await stateOf(id);
      for (let step = 0; step < 8; step += 1) {
        const user = PEOPLE[next(PEOPLE.length)] ?? 'ada';
        const task = state.tasks[next(state.tasks.length)];
        const [path, body, command] = randomCommand(next(8), id, task?.key ?? '', await idOf(id, task?.key ?? ''));
        const answer = await people.get(user)!.post(path, body);
        model.state = state;
        const expected = model.decide(user, command);
        const after = await stateOf(id);
        if (expected.kind === 'refused') {
          expect([answer.body.code, command.type]).toEqual([expected.refusal.code, command.type]);
          expect(after).toEqual(state);
        } else if (expected.kind === 'decided') {
          expect([answer.status, command.type]).toEqual([200, command.type]);
          expect(withoutTimes(after)).toEqual(withoutTimes(expected.state));
        }
        seen.add(`${command.type} ${expected.kind}`);
        expect(await taskRowsOf(id)).toEqual(expectedTaskRows(after));
        state = after;
      }
      expect((await people.get('ada')!.get(`/process-instances/${id}/verify`)).body.ok).toBe(true);
    }
    // Some commands were decided, and some were refused.
    expect([...seen].filter((outcome) => outcome.endsWith('decided')).length).toBeGreaterThan(2);
    expect([...seen].filter((outcome) => outcome.endsWith('refused')).length).toBeGreaterThan(2);
  });

  function randomCommand(
    choice: number,
    id: string,
    key: string,
    taskId: string,
  ): readonly [path: string, body: object, command: CommandBody] {
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

  async function query<T>(sql: string, id: string): Promise<T[]> {
    return app.inTenant('acme', (manager) => manager.query(sql, [id]) as Promise<T[]>);
  }

  async function stateOf(id: string): Promise<InstanceState> {
    const [row] = await query<{ state: InstanceState }>('select state from herald.apv_instance where id = $1', id);
    return row?.state as InstanceState;
  }

  async function idOf(id: string, key: string): Promise<string> {
    const rows = await query<{ id: string; key: string }>(
      'select id, key from herald.apv_task where instance_id = $1',
      id,
    );
    return rows.find((row) => row.key === key)?.id ?? '';
  }

  async function taskRowsOf(id: string): Promise<unknown> {
    return query('select key, status, action, acted_by from herald.apv_task where instance_id = $1 order by key', id);
  }

  function expectedTaskRows(state: InstanceState): unknown {
    return state.tasks
      .map((task) => ({ key: task.key, status: task.status, action: task.action, acted_by: task.by }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Database and model decide at different times. */
  function withoutTimes(state: InstanceState): unknown {
    return JSON.parse(
      JSON.stringify(state, (name, value: unknown) => (['at', 'openedAt', 'dueAt'].includes(name) ? null : value)),
    );
  }
});
