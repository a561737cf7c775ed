import { expect, test } from '@jest/globals';
import type { TaskActions, TaskVerb } from '../api/approval.js';
import { commandOf, verbsOf } from './task-verbs.js';

const DRAFT = { comment: 'Fine', returnTo: 'START', toUsers: ['acme.hr'], patch: {} };
const actions = (...names: readonly TaskVerb[]) =>
  ({ actions: names.map((action) => ({ action, allowed: true })) }) as unknown as TaskActions;

test('verbsOf lists the verbs that the service names, in a fixed order', () => {
  expect(verbsOf(actions('return', 'reject', 'approve'))).toEqual(['approve', 'reject', 'return']);
  expect(verbsOf(actions('approve', 'resolve'))).toEqual(['resolve', 'approve']);
  expect(verbsOf(actions('teleport' as TaskVerb))).toEqual([]);
});

test('commandOf adds the fields that each verb needs', () => {
  expect(commandOf('approve', DRAFT)).toEqual({ verb: 'approve', comment: 'Fine' });
  expect(commandOf('approve', { ...DRAFT, patch: { costCentre: 'CC-1' } })).toEqual({
    verb: 'approve',
    comment: 'Fine',
    formPatch: { costCentre: 'CC-1' },
  });
  expect(commandOf('reject', DRAFT)).toEqual({ verb: 'reject', comment: 'Fine' });
  expect(commandOf('resolve', DRAFT)).toEqual({ verb: 'resolve', comment: 'Fine' });
  expect(commandOf('return', DRAFT)).toEqual({ verb: 'return', comment: 'Fine', to: 'START' });
  expect(commandOf('delegate', DRAFT)).toEqual({ verb: 'delegate', comment: 'Fine', toUserId: 'acme.hr' });
});

test('commandOf returns null while the person is missing', () => {
  expect(commandOf('transfer', { ...DRAFT, toUsers: [] })).toBeNull();
  expect(commandOf('delegate', { ...DRAFT, toUsers: [] })).toBeNull();
});
