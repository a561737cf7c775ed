import { expect, test } from '@jest/globals';
import type { HistoryEntry } from '../api/approval.js';
import { historyLines } from './timeline.js';

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

test('tells what people did, with the tasks that it opened, and not what only follows', () => {
  const lines = historyLines([
    entry('start', { toStatus: 'running' }),
    task('open', 'check#1/1'),
    task('open', 'check#1/2'),
    task('approve', 'check#1/1', { toStatus: 'approved', comment: 'Fine' }),
    task('skipped_by_approve', 'check#1/2', { toStatus: 'skipped' }),
    entry('approve', { actorId: 'acme.finance', toStatus: 'approved', comment: 'Fine' }),
  ]);
  expect(lines.map(({ action, opened, comment, toStatus }) => ({ action, opened, comment, toStatus }))).toEqual([
    { action: 'start', opened: ['check#1/1', 'check#1/2'], comment: null, toStatus: 'running' },
    { action: 'approve', opened: [], comment: 'Fine', toStatus: 'approved' },
  ]);
});

test('keeps two people apart who do the same at the same moment', () => {
  const lines = historyLines([
    task('approve', 'check#1/1', { actorId: 'acme.finance' }),
    task('approve', 'check#1/2', { actorId: 'acme.finance2' }),
    entry('approve', { actorId: 'acme.finance2', toStatus: 'approved' }),
  ]);
  expect(lines.map(({ actorId, toStatus }) => [actorId, toStatus])).toEqual([
    ['acme.finance', null],
    ['acme.finance2', 'approved'],
  ]);
});

test('names the fields that were changed and the people on copy, and survives what it cannot read', () => {
  const lines = historyLines([
    entry('change_form', { diff: '[{"field":"amount","from":1,"to":2},{"other":1}]' }),
    entry('cc', { diff: '["acme.hr"]' }),
    entry('change_form', { diff: '{not json' }),
    entry('something_new', { diff: { a: 1 } }),
  ]);
  expect(lines.map(({ diff }) => diff)).toEqual([['amount'], ['acme.hr'], [], []]);
});
