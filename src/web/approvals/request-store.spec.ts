import { expect, test } from '@jest/globals';
import type { ApprovalsApi } from '../api/approvals-api.js';
import { ApiProblem } from '../api/problem.js';
import { RequestStore } from './request-store.js';

const TASKS = [
  { id: 't1', instanceId: 'i', assigneeId: 'acme.manager', status: 'approved' },
  { id: 't2', instanceId: 'i', assigneeId: 'acme.finance', status: 'pending' },
];
const api = (more: Readonly<Record<string, unknown>> = {}) =>
  ({
    task: (id: string) => Promise.resolve(TASKS.find((task) => task.id === id)),
    instance: () => Promise.resolve({ id: 'i', processId: 'p' }),
    tasksOf: () => Promise.resolve(TASKS),
    diagram: () => Promise.resolve({ nodes: [], edges: [] }),
    history: () => Promise.resolve({ items: [], nextCursor: null, hasMore: false }),
    verify: () => Promise.resolve({ ok: true, rows: 0 }),
    process: () => Promise.resolve({ id: 'p' }),
    actions: (taskId: string) => Promise.resolve({ taskId }),
    ...more,
  }) as unknown as ApprovalsApi;

test('RequestStore shows the task in the address, or the open task of the reader', async () => {
  const byTask = new RequestStore(api(), { kind: 'tasks', id: 't1' }, 'acme.finance');
  await byTask.refresh();
  expect(byTask.shown?.task?.id).toBe('t1');
  const byInstance = new RequestStore(api(), { kind: 'instances', id: 'i' }, 'acme.finance');
  await byInstance.refresh();
  expect([byInstance.shown?.task?.id, byInstance.shown?.actions?.taskId]).toEqual(['t2', 't2']);
  const stranger = new RequestStore(api(), { kind: 'instances', id: 'i' }, 'acme.buyer');
  await stranger.refresh();
  expect([stranger.shown?.task, stranger.shown?.actions]).toEqual([null, null]);
});

test('RequestStore shows a request whose process and history check are unavailable', async () => {
  const no = () => Promise.reject(new ApiProblem(404, 'not_found', ''));
  const file = new RequestStore(api({ process: no, verify: no }), { kind: 'instances', id: 'i' }, 'acme.buyer');
  await file.refresh();
  expect([file.shown?.process, file.shown?.check, file.problem]).toEqual([null, null, null]);
});

test('RequestStore keeps its data when a later fetch fails, and reports the problem', async () => {
  let fails = false;
  const instance = () =>
    fails ? Promise.reject(new ApiProblem(0, 'network', '')) : Promise.resolve({ id: 'i', processId: 'p' });
  const file = new RequestStore(api({ instance }), { kind: 'instances', id: 'i' }, 'acme.buyer');
  await file.refresh();
  fails = true;
  await file.refresh();
  expect([file.shown?.instance.id, file.problem?.code]).toEqual(['i', 'network']);
  fails = false;
  await file.refresh();
  expect(file.problem).toBeNull();
});

test('RequestStore ignores a response that arrives after it was closed', async () => {
  const file = new RequestStore(api(), { kind: 'instances', id: 'i' }, 'acme.buyer');
  const fetching = file.refresh();
  file.close();
  await fetching;
  expect(file.shown).toBeNull();
});
