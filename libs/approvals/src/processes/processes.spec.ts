import { describe, expect, it } from '@jest/globals';
import { parseDefinition } from '../engine/index.js';
import { ProcessCase, smallCompany } from '../testing/index.js';
import { contract, expenseClaim, leave, overtime, purchaseOrder, businessTrip, READY_MADE_PROCESSES } from './index.js';

const forms: Record<string, Record<string, unknown>> = {
  leave: { kind: 'annual', from: '2026-02-02', to: '2026-02-03', days: 2 },
  overtime: { date: '2026-02-02', hours: 3 },
  'business-trip': { destination: 'Lyon', from: '2026-02-02', to: '2026-02-04', budget: 800 },
  'purchase-order': { supplier: 'Bolts Ltd', amount: 900 },
  'expense-claim': { amount: 120, purpose: 'Customer visit' },
  contract: { partner: 'Bolts Ltd', amount: 20_000 },
};

describe('the ready-made processes', () => {
  it.each(READY_MADE_PROCESSES.map((process) => [process.code, process] as const))(
    '%s may be published as it is',
    (_, process) => {
      const parsed = parseDefinition(process);
      expect('faults' in parsed ? parsed.faults : []).toEqual([]);
    },
  );

  it.each(READY_MADE_PROCESSES.map((process) => [process.code, process] as const))(
    '%s asks the manager first',
    (code, process) => {
      const made = ProcessCase.started(process, smallCompany(), 'ada', forms[code] ?? {});
      expect(made.pending()).toEqual(['mia@manager']);
    },
  );

  it.each([
    [2.5, ['manager']],
    [3, ['manager', 'department']],
    [6.5, ['manager', 'department']],
    [7, ['manager', 'department', 'hr']],
  ])('leave of %d days asks %j', (days, nodes) => {
    const made = ProcessCase.started(leave, smallCompany(), 'ada', { ...forms['leave'], days });
    while (made.state.status === 'running') made.approve(made.pending()[0]?.split('@')[0] ?? '');
    expect(made.state.status).toBe('approved');
    expect(made.state.runs.map((run) => run.nodeId)).toEqual(nodes);
  });

  it('gives every leave node 72 hours, overtime 48, and the finance step of a trip 48', () => {
    const due = (process: typeof leave, node: string): number | undefined => {
      const found = process.nodes.find((other) => other.id === node);
      return found !== undefined && 'dueHours' in found ? found.dueHours : undefined;
    };
    expect(['manager', 'department', 'hr'].map((node) => due(leave, node))).toEqual([72, 72, 72]);
    expect(due(overtime, 'manager')).toBe(48);
    expect([due(businessTrip, 'manager'), due(businessTrip, 'finance')]).toEqual([72, 48]);
    expect([leave, overtime, businessTrip].map((process) => process.settings?.dueHours)).toEqual([168, 120, 168]);
  });

  it.each([
    [9_999.99, ['manager']],
    [10_000, ['manager', 'finance']],
    [99_999, ['manager', 'finance']],
    [100_000, ['manager', 'department', 'finance']],
  ])('a purchase order over %d asks %j', (amount, nodes) => {
    const made = ProcessCase.started(purchaseOrder, smallCompany(), 'ada', { ...forms['purchase-order'], amount });
    while (made.state.status === 'running') made.approve(made.pending()[0]?.split('@')[0] ?? '');
    expect(made.state.runs.map((run) => run.nodeId)).toEqual(nodes);
  });

  it('needs two of finance for a purchase order, and closes the third task', () => {
    const made = ProcessCase.started(purchaseOrder, smallCompany(), 'ada', {
      ...forms['purchase-order'],
      amount: 20_000,
    });
    made.approve('mia', 'fin3');
    expect(made.state.status).toBe('running');
    made.approve('fin1');
    expect(made.state.status).toBe('approved');
    expect(made.state.tasks.map((task) => `${task.assigneeId} ${task.status}`)).toEqual([
      'mia approved',
      'fin1 approved',
      'fin2 skipped',
      'fin3 approved',
    ]);
  });

  it('asks legal and finance at the same time for a contract and waits for both', () => {
    const made = ProcessCase.started(contract, smallCompany(), 'ada', forms['contract']);
    made.approve('mia');
    expect(made.pending()).toEqual(['lena@legal', 'fin1@finance', 'fin2@finance', 'fin3@finance']);
    made.approve('fin1', 'fin2', 'fin3');
    expect(made.pending()).toEqual(['lena@legal']);
    made.approve('lena');
    expect(made.state.status).toBe('approved');
    expect(made.state.cc).toEqual(['lena']);
  });

  it('lets finance note the day of payment on an expense claim, and nobody before', () => {
    const made = ProcessCase.started(expenseClaim, smallCompany(), 'ada', forms['expense-claim']);
    const formPatch = { paidOn: '2026-03-01' };
    expect(made.code('mia', { type: 'approve', task: made.taskOf('mia').key, formPatch })).toBe('field_locked');
    made.approve('mia', 'fin1');
    made.must('fin2', { type: 'approve', task: made.taskOf('fin2', 'payout').key, formPatch });
    expect(made.state.status).toBe('approved');
    expect(made.state.form).toEqual({ ...forms['expense-claim'], ...formPatch });
  });
});
