import { expect, test } from '@jest/globals';
import { dueState } from './due-state.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test.each([
  [null, 'none'],
  ['2026-11-22T12:00:00Z', 'later'],
  ['2026-11-21T17:59:59Z', 'soon'],
  ['2026-11-21T12:00:00Z', 'soon'],
  ['2026-11-21T11:59:59Z', 'overdue'],
] as const)('a deadline at %s is %s', (dueAt, state) => {
  expect(dueState(dueAt, NOW)).toBe(state);
});
