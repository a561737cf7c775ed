import type { DefinitionInput } from '../engine/index.js';

/** Expense claim: the manager, the department's leader from 5,000 on, one of finance; then finance pays it out. */
export const expenseClaim: DefinitionInput = {
  code: 'expense-claim',
  name: 'Expense claim',
  category: 'finance',
  formSchema: {
    type: 'object',
    required: ['amount', 'purpose'],
    properties: {
      amount: { type: 'number', title: 'Amount', minimum: 0 },
      currency: { type: 'string', title: 'Currency', minLength: 3, maxLength: 3 },
      purpose: { type: 'string', title: 'Purpose', maxLength: 500 },
      receipts: { type: 'array', title: 'Receipts', maxItems: 100, items: { type: 'string', format: 'file' } },
      paidOn: { type: 'string', title: 'Paid on', format: 'date' },
    },
  },
  nodes: [
    { id: 'start', type: 'start' },
    {
      id: 'manager',
      type: 'approve',
      name: 'Manager',
      assignees: [{ type: 'applicant_manager', level: 1 }],
      onReject: 'return',
      dueHours: 72,
    },
    { id: 'large', type: 'condition', name: '5,000 or more?' },
    {
      id: 'department',
      type: 'approve',
      name: 'Department',
      assignees: [{ type: 'applicant_dept_leader', level: 1 }],
      dueHours: 72,
    },
    { id: 'finance', type: 'approve', name: 'Finance', assignees: [{ type: 'role', role: 'finance' }], dueHours: 48 },
    {
      id: 'payout',
      type: 'handle',
      name: 'Pay out',
      assignees: [{ type: 'role', role: 'finance' }],
      editableFields: ['paidOn'],
      dueHours: 48,
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'large' },
    { from: 'large', to: 'department', when: 'form.amount >= 5000' },
    { from: 'large', to: 'finance', default: true },
    { from: 'department', to: 'finance' },
    { from: 'finance', to: 'payout' },
    { from: 'payout', to: 'end' },
  ],
  settings: { duplicateApprover: 'consecutive', dueHours: 7 * 24 },
};
