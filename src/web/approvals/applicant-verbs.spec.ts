import { expect, test } from '@jest/globals';
import type { ApprovalTask, InstanceStatus, ProcessInstance, ProcessWithGraph, TaskStatus } from '../api/approval.js';
import { applicantVerbs } from './applicant-verbs.js';

type Settings = NonNullable<ProcessWithGraph['settings']>;
const offered = (
  status: InstanceStatus,
  who: { readonly userId?: string; readonly manages?: boolean } = {},
  settings: Partial<Settings> = {},
  taskStatus: TaskStatus = 'pending',
) =>
  applicantVerbs(
    {
      instance: { status, applicantId: 'acme.buyer' } as ProcessInstance,
      tasks: [{ status: taskStatus } as ApprovalTask],
      process: { settings: { withdraw: 'any_time', applicantMayCancel: false, ...settings } } as ProcessWithGraph,
    },
    who.userId ?? 'acme.buyer',
    who.manages ?? false,
  ).map(({ verb, reason }) => (reason === null ? verb : `${verb}: ${reason}`));

test('the applicant can withdraw a running request and resubmit a returned one', () => {
  expect(offered('running')).toEqual(['withdraw']);
  expect(offered('returned')).toEqual(['resubmit', 'withdraw']);
  expect(offered('approved')).toEqual([]);
  expect(offered('running', { userId: 'acme.hr' })).toEqual([]);
});

test('a verb that the process forbids has a reason', () => {
  expect(offered('running', {}, { withdraw: 'never' })).toEqual(['withdraw: applicant.neverWithdraw']);
  expect(offered('suspended')).toEqual(['withdraw: applicant.suspended']);
  expect(offered('running', {}, { withdraw: 'before_first_decision' })).toEqual(['withdraw']);
  expect(offered('running', {}, { withdraw: 'before_first_decision' }, 'approved')).toEqual([
    'withdraw: applicant.wasDecided',
  ]);
});

test('managers can cancel a request, and applicants where the process allows it', () => {
  expect(offered('running', { userId: 'acme.admin', manages: true })).toEqual(['cancel']);
  expect(offered('running', {}, { applicantMayCancel: true })).toEqual(['withdraw', 'cancel']);
  expect(offered('withdrawn', { userId: 'acme.admin', manages: true })).toEqual([]);
});
