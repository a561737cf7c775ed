import { expect, test } from '@jest/globals';
import type { ApprovalsApi } from '../api/approvals-api.js';
import { ApiProblem } from '../api/problem.js';
import { TaskCountStore } from './task-count-store.js';

const storeOf = (countMyTasks: () => Promise<number>) =>
  new TaskCountStore({ countMyTasks } as unknown as ApprovalsApi);

test('TaskCountStore keeps the newest count, in whatever order counts arrive', () => {
  const store = storeOf(() => Promise.resolve(0));
  store.accept({ pending: 3, overdue: 1, rev: '12' });
  store.accept({ pending: 9, overdue: 9, rev: '9' });
  expect([store.pending, store.overdue]).toEqual([3, 1]);
  store.accept({ pending: 0, overdue: 0, rev: '18446744073709551615' });
  expect(store.pending).toBe(0);
});

test('TaskCountStore keeps a count that was pushed during a fetch', async () => {
  let respond: (count: number) => void = () => {};
  const store = storeOf(() => new Promise((resolve) => (respond = resolve)));
  const fetching = store.refresh();
  store.accept({ pending: 2, overdue: 0, rev: '1' });
  respond(5);
  await fetching;
  expect(store.pending).toBe(2);
});

test('TaskCountStore recognises a service without approvals by its 404 and by no other failure', async () => {
  const failures = [new ApiProblem(0, 'network', ''), new ApiProblem(404, 'not_found', '')];
  const store = storeOf(() => Promise.reject(failures.shift()));
  await store.refresh();
  expect(store.isOffered).toBeNull();
  await store.refresh();
  expect(store.isOffered).toBe(false);
  const working = storeOf(() => Promise.resolve(4));
  await working.refresh();
  expect([working.isOffered, working.pending]).toEqual([true, 4]);
});
