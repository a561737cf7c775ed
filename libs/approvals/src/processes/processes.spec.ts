import { describe, expect, it } from '@jest/globals';
import type { Definition } from '../engine/definition/definition.js';
import { parseDefinition } from '../engine/validation/parse-definition.js';
import { MemoryInstance, sampleDirectory } from '../testing/index.js';
import { READY_MADE_PROCESSES } from './index.js';

const forms: Record<string, Record<string, unknown>> = {
  leave: { kind: 'annual', from: '2026-02-02', to: '2026-02-03', days: 2 },
  overtime: { date: '2026-02-02', hours: 3 },
  'business-trip': { destination: 'Lyon', from: '2026-02-02', to: '2026-02-04', budget: 800 },
  'purchase-order': { supplier: 'Bolts Ltd', amount: 900 },
  'expense-claim': { amount: 120, purpose: 'Customer visit' },
  contract: { partner: 'Bolts Ltd', amount: 20_000 },
};

const started = (code: keyof typeof READY_MADE_PROCESSES, form: Record<string, unknown> = {}): MemoryInstance =>
  MemoryInstance.started(READY_MADE_PROCESSES[code], sampleDirectory(), 'ada', { ...forms[code], ...form });

/** All assignees approve, one after the other. */
function approveAll(instance: MemoryInstance): void {
  while (instance.state.status === 'running') instance.approve(instance.pending()[0]?.split('@')[0] ?? '');
}

describe('Ready-made processes', () => {
  const all = Object.entries(READY_MADE_PROCESSES);

  it.each(all)('%s has its code and can be published', (code, process) => {
    const parsed = parseDefinition(process);
    expect('faults' in parsed ? parsed.faults : []).toEqual([]);
    expect(process.code).toBe(code);
  });

  it.each(all)('%s asks the manager first', (code) => {
    expect(started(code as keyof typeof READY_MADE_PROCESSES).pending()).toEqual(['mia@manager']);
  });

  it.each([
    [2.5, ['manager']],
    [3, ['manager', 'department']],
    [6.5, ['manager', 'department']],
    [7, ['manager', 'department', 'hr']],
  ])('leave of %d days asks %j', (days, steps) => {
    const instance = started('leave', { days });
    approveAll(instance);
    expect(instance.state.status).toBe('approved');
    expect(instance.state.runs.map((run) => run.nodeId)).toEqual(steps);
  });

  it('leave has 72 hours for each step, overtime 48, and finance 48 for a business trip', () => {
    const due = (process: Definition, stepId: string): number | undefined => {
      const found = process.nodes.find((step) => step.id === stepId);
      return found !== undefined && 'dueHours' in found ? found.dueHours : undefined;
    };
    const { leave, overtime, 'business-trip': businessTrip } = READY_MADE_PROCESSES;
    expect(['manager', 'department', 'hr'].map((step) => due(leave, step))).toEqual([72, 72, 72]);
    expect(due(overtime, 'manager')).toBe(48);
    expect([due(businessTrip, 'manager'), due(businessTrip, 'finance')]).toEqual([72, 48]);
    expect([leave, overtime, businessTrip].map((process) => process.settings.dueHours)).toEqual([168, 120, 168]);
  });

  it.each([
    [9_999.99, ['manager']],
    [10_000, ['manager', 'finance']],
    [99_999, ['manager', 'finance']],
    [100_000, ['manager', 'department', 'finance']],
  ])('a purchase order of %d asks %j', (amount, steps) => {
    const instance = started('purchase-order', { amount });
    approveAll(instance);
    expect(instance.state.runs.map((run) => run.nodeId)).toEqual(steps);
  });

  it('a purchase order needs two approvals of finance and skips the third task', () => {
    const instance = started('purchase-order', { amount: 20_000 });
    instance.approve('mia', 'fin3');
    expect(instance.state.status).toBe('running');
    instance.approve('fin1');
    expect(instance.state.status).toBe('approved');
    expect(instance.state.tasks.map((task) => `${task.assigneeId} ${task.status}`)).toEqual([
      'mia approved',
      'fin1 approved',
      'fin2 skipped',
      'fin3 approved',
    ]);
  });

  it('a contract asks legal and finance at the same time and waits for both', () => {
    const instance = started('contract').approve('mia');
    expect(instance.pending()).toEqual(['lena@legal', 'fin1@finance', 'fin2@finance', 'fin3@finance']);
    instance.approve('fin1', 'fin2', 'fin3');
    expect(instance.pending()).toEqual(['lena@legal']);
    instance.approve('lena');
    expect(instance.state.status).toBe('approved');
    expect(instance.state.cc).toEqual(['lena']);
  });

  it('an expense claim lets only the paying step enter the day of payment', () => {
    const instance = started('expense-claim');
    const formPatch = { paidOn: '2026-03-01' };
    expect(instance.code('mia', { type: 'approve', task: instance.taskOf('mia').key, formPatch })).toBe('field_locked');
    instance.approve('mia', 'fin1');
    instance.must('fin2', { type: 'approve', task: instance.taskOf('fin2', 'payout').key, formPatch });
    expect(instance.state.status).toBe('approved');
    expect(instance.state.form).toEqual({ ...forms['expense-claim'], ...formPatch });
  });
});
