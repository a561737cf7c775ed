import type { DefinitionInput } from '../engine/index.js';

/**
 * Purchase order by amount: below 10,000 the manager; from 10,000 two of finance as well; from 100,000 the applicant's
 * department leader before them.
 */
export const purchaseOrder: DefinitionInput = {
  code: 'purchase-order',
  name: 'Purchase order',
  category: 'procurement',
  formSchema: {
    type: 'object',
    required: ['supplier', 'amount'],
    properties: {
      supplier: { type: 'string', title: 'Supplier', minLength: 1, maxLength: 200 },
      amount: { type: 'number', title: 'Amount', minimum: 0 },
      currency: { type: 'string', title: 'Currency', minLength: 3, maxLength: 3 },
      costCentre: { type: 'string', title: 'Cost centre', maxLength: 50 },
      lines: {
        type: 'array',
        title: 'Lines',
        maxItems: 200,
        items: {
          type: 'object',
          required: ['item', 'amount'],
          properties: {
            item: { type: 'string', title: 'Item', maxLength: 200 },
            quantity: { type: 'number', title: 'Quantity', minimum: 0 },
            amount: { type: 'number', title: 'Amount', minimum: 0 },
          },
        },
      },
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
    { id: 'band', type: 'condition', name: 'Which amount?' },
    {
      id: 'department',
      type: 'approve',
      name: 'Department',
      assignees: [{ type: 'applicant_dept_leader', level: 1 }],
      dueHours: 72,
    },
    {
      id: 'finance',
      type: 'approve',
      name: 'Finance',
      mode: 'quorum',
      quorum: { count: 2 },
      assignees: [{ type: 'role', role: 'finance' }],
      editableFields: ['costCentre'],
      dueHours: 48,
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'band' },
    { from: 'band', to: 'department', when: 'form.amount >= 100000' },
    { from: 'band', to: 'finance', when: 'form.amount >= 10000' },
    { from: 'band', to: 'end', default: true },
    { from: 'department', to: 'finance' },
    { from: 'finance', to: 'end' },
  ],
  settings: { dueHours: 7 * 24 },
};
