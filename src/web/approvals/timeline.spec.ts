import { expect, test } from '@jest/globals';
import type { HistoryEntry } from '../api/approval.js';
import { timelineOf } from './timeline.js';

let n = 0;
const entry = (action: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  n: ++n,
  taskKey: null,
  nodeId: null,
  actorId: 'acme.buyer',
  onBehalfOf: null,
  action,
  fromStatus: null,
  toStatus: null,
  comment: null,
  diff: null,
  at: '2026-11-21T08:00:00.000Z',
  ...more,
});
const task = (action: string, key: string, more: Partial<HistoryEntry> = {}): HistoryEntry =>
  entry(action, { taskKey: key, nodeId: key.split('#')[0]!, actorId: 'acme.finance', ...more });

test('timelineOf lists actions with the tasks that they opened, without consequences', () => {
  const items = timelineOf([
    entry('start', { toStatus: 'running' }),
    task('open', 'check#1/1'),
    task('open', 'check#1/2'),
    task('approve', 'check#1/1', { toStatus: 'approved', comment: 'Fine' }),
    task('skipped_by_approve', 'check#1/2', { toStatus: 'skipped' }),
    entry('approve', { actorId: 'acme.finance', toStatus: 'approved', comment: 'Fine' }),
  ]);
  expect(items.map(({ action, opened, comment, toStatus }) => ({ action, opened, comment, toStatus }))).toEqual([
    { action: 'start', opened: ['check#1/1', 'check#1/2'], comment: null, toStatus: 'running' },
    { action: 'approve', opened: [], comment: 'Fine', toStatus: 'approved' },
  ]);
});

test('timelineOf keeps two people apart who act at the same time', () => {
  const items = timelineOf([
    task('approve', 'check#1/1', { actorId: 'acme.finance' }),
    task('approve', 'check#1/2', { actorId: 'acme.finance2' }),
    entry('approve', { actorId: 'acme.finance2', toStatus: 'approved' }),
  ]);
  expect(items.map(({ actorId, toStatus }) => [actorId, toStatus])).toEqual([
    ['acme.finance', null],
    ['acme.finance2', 'approved'],
  ]);
});

test('timelineOf lists changed fields and copied people, and ignores an unreadable diff', () => {
  const items = timelineOf([
    entry('change_form', { diff: '[{"field":"amount","from":1,"to":2},{"other":1}]' }),
    entry('cc', { diff: '["acme.hr"]' }),
    entry('change_form', { diff: '{not json' }),
    entry('something_new', { diff: { a: 1 } }),
  ]);
  expect(items.map(({ diff }) => diff)).toEqual([['amount'], ['acme.hr'], [], []]);
});
