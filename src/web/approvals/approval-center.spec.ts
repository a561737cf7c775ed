import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ApprovalsApi } from '../api/approvals-api.js';
import type { EventStream } from '../stream/event-stream.js';
import { ApprovalCenter } from './approval-center.js';

/** The lists that were asked for, in order. */
let asked: string[] = [];
const page = (name: string) => () => {
  asked.push(name);
  return Promise.resolve({ items: [], nextCursor: null, hasMore: false });
};
const API = {
  myTasks: page('pending'),
  doneTasks: page('done'),
  myApplications: page('mine'),
  copies: page('cc'),
  countMyTasks: () => {
    asked.push('count');
    return Promise.resolve(0);
  },
} as unknown as ApprovalsApi;

/** A stream that says what a test lets it say. */
function stream() {
  const handlers = new Map<string, Set<(data: unknown) => void>>();
  const on = (type: string, handler: (data: unknown) => void): (() => void) => {
    handlers.set(type, (handlers.get(type) ?? new Set()).add(handler));
    return () => handlers.get(type)?.delete(handler);
  };
  const say = (type: string, data: unknown): void => handlers.get(type)?.forEach((handler) => handler(data));
  return { on, say };
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
/** Opens lists at a center that listens. */
async function listening(...tabs: readonly ('pending' | 'done' | 'mine' | 'cc')[]) {
  const center = new ApprovalCenter(API, () => 0.5);
  const { on, say } = stream();
  const end = center.attach({ on } as unknown as EventStream);
  const touched: (string | null)[] = [];
  center.onTouched((id) => touched.push(id));
  for (const tab of tabs) await center.open(tab);
  await settle();
  asked = [];
  return { center, say, end, touched };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('fetches what an event is about, and only lists that somebody opened', async () => {
  const { say, touched } = await listening('pending', 'mine');
  say('approval.task.created', { taskId: 't', instanceId: 'i' });
  await settle();
  expect(asked).toEqual(['pending']);
  say('approval.instance.updated', { instanceId: 'i' });
  await settle();
  expect(asked).toEqual(['pending', 'mine']);
  expect(touched).toEqual(['i', 'i']);
});

test('a burst of events costs two fetches, not one each', async () => {
  const { say } = await listening('pending');
  for (let count = 0; count < 50; count++) say('approval.task.closed', { taskId: String(count), instanceId: 'i' });
  await settle();
  expect(asked).toEqual(['pending', 'pending']);
});

test('fetches everything after a connect and after a resync, once', async () => {
  const { say, touched } = await listening('pending');
  say('connected', { resume: 'replay' });
  await settle();
  expect(asked).toEqual(['count', 'pending']);
  say('connected', { resume: 'reset' });
  await settle();
  expect(asked).toEqual(['count', 'pending']);
  say('resync', {});
  await settle();
  expect(asked).toEqual(['count', 'pending', 'count', 'pending']);
  expect(touched).toEqual([null, null]);
});

test('waits a random while when everybody hears that people changed places, and not when it was oneself', async () => {
  const { say } = await listening('pending');
  say('directory.changed', { userId: null });
  say('directory.changed', { userId: null });
  await jest.advanceTimersByTimeAsync(2_499);
  expect(asked).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(['count', 'pending']);
  say('directory.changed', { userId: 'acme.buyer' });
  await settle();
  expect(asked).toEqual(['count', 'pending', 'count', 'pending']);
});

test('hears nothing once it is detached, not even what it waited for', async () => {
  const { say, end } = await listening('pending');
  say('directory.changed', { userId: null });
  end();
  say('approval.task.created', { taskId: 't', instanceId: 'i' });
  await jest.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
});
