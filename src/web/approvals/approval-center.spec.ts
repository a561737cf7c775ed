import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ApprovalsApi } from '../api/approvals-api.js';
import type { EventStream } from '../stream/event-stream.js';
import { ApprovalCenter } from './approval-center.js';

/** The lists that were fetched, in order. */
let fetched: string[] = [];
const page = (name: string) => () => {
  fetched.push(name);
  return Promise.resolve({ items: [], nextCursor: null, hasMore: false });
};
const API = {
  myTasks: page('pending'),
  doneTasks: page('done'),
  myApplications: page('mine'),
  copies: page('cc'),
  countMyTasks: () => {
    fetched.push('count');
    return Promise.resolve(0);
  },
} as unknown as ApprovalsApi;

/** A stream whose events the test sends. */
function stream() {
  const handlers = new Map<string, Set<(data: unknown) => void>>();
  const on = (type: string, handler: (data: unknown) => void): (() => void) => {
    handlers.set(type, (handlers.get(type) ?? new Set()).add(handler));
    return () => handlers.get(type)?.delete(handler);
  };
  const emit = (type: string, data: unknown): void => handlers.get(type)?.forEach((handler) => handler(data));
  return { on, emit };
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
/** An attached center with open lists. */
async function attached(...tabs: readonly ('pending' | 'done' | 'mine' | 'cc')[]) {
  const center = new ApprovalCenter(API, () => 0.5);
  const { on, emit } = stream();
  const end = center.attach({ on } as unknown as EventStream);
  const touched: (string | null)[] = [];
  center.onTouched((id) => touched.push(id));
  for (const tab of tabs) await center.open(tab);
  await settle();
  fetched = [];
  return { center, emit, end, touched };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('ApprovalCenter fetches what an event is about, and only opened lists', async () => {
  const { emit, touched } = await attached('pending', 'mine');
  emit('approval.task.created', { taskId: 't', instanceId: 'i' });
  await settle();
  expect(fetched).toEqual(['pending']);
  emit('approval.instance.updated', { instanceId: 'i' });
  await settle();
  expect(fetched).toEqual(['pending', 'mine']);
  expect(touched).toEqual(['i', 'i']);
});

test('ApprovalCenter answers a burst of events with two fetches', async () => {
  const { emit } = await attached('pending');
  for (let count = 0; count < 50; count++) emit('approval.task.closed', { taskId: String(count), instanceId: 'i' });
  await settle();
  expect(fetched).toEqual(['pending', 'pending']);
});

test('ApprovalCenter fetches everything once after a connect and once after a resync', async () => {
  const { emit, touched } = await attached('pending');
  emit('connected', { resume: 'replay' });
  await settle();
  expect(fetched).toEqual(['count', 'pending']);
  emit('connected', { resume: 'reset' });
  await settle();
  expect(fetched).toEqual(['count', 'pending']);
  emit('resync', {});
  await settle();
  expect(fetched).toEqual(['count', 'pending', 'count', 'pending']);
  expect(touched).toEqual([null, null]);
});

test('ApprovalCenter waits a random time after a change of the whole directory, but not after one of its own user', async () => {
  const { emit } = await attached('pending');
  emit('directory.changed', { userId: null });
  emit('directory.changed', { userId: null });
  await jest.advanceTimersByTimeAsync(2_499);
  expect(fetched).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(fetched).toEqual(['count', 'pending']);
  emit('directory.changed', { userId: 'acme.buyer' });
  await settle();
  expect(fetched).toEqual(['count', 'pending', 'count', 'pending']);
});

test('ApprovalCenter does nothing once it is detached, not even what it had scheduled', async () => {
  const { emit, end } = await attached('pending');
  emit('directory.changed', { userId: null });
  end();
  emit('approval.task.created', { taskId: 't', instanceId: 'i' });
  await jest.advanceTimersByTimeAsync(10_000);
  expect(fetched).toEqual([]);
});
