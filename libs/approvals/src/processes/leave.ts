import type { DefinitionInput } from '../engine/index.js';

/** Leave (origin.md §1.5): up to 3 days the manager; from 3 days the department's leader too; from 7 days HR too. 72 h a node, 7 days in all. */
export const leave: DefinitionInput = {
  code: 'leave',
  name: 'Leave',
  category: 'hr',
  formSchema: {
    type: 'object',
    required: ['kind', 'from', 'to', 'days'],
    properties: {
      kind: { type: 'string', title: 'Kind', enum: ['annual', 'sick', 'personal', 'other'] },
      from: { type: 'string', title: 'First day', format: 'date' },
      to: { type: 'string', title: 'Last day', format: 'date' },
      days: { type: 'number', title: 'Days', minimum: 0.5, maximum: 365 },
      reason: { type: 'string', title: 'Reason', format: 'textarea', maxLength: 2_000 },
    },
  },
  nodes: [
    { id: 'start', type: 'start' },
    {
      id: 'manager',
      type: 'approve',
      name: 'Manager',
      assignees: [{ type: 'applicant_manager', level: 1 }],
      dueHours: 72,
    },
    { id: 'longer', type: 'condition', name: '3 days or more?' },
    {
      id: 'department',
      type: 'approve',
      name: 'Department',
      assignees: [{ type: 'applicant_dept_leader', level: 1 }],
      dueHours: 72,
    },
    { id: 'longest', type: 'condition', name: '7 days or more?' },
    { id: 'hr', type: 'approve', name: 'HR', assignees: [{ type: 'role', role: 'hr' }], dueHours: 72 },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'longer' },
    { from: 'longer', to: 'department', when: 'form.days >= 3' },
    { from: 'longer', to: 'end', default: true },
    { from: 'department', to: 'longest' },
    { from: 'longest', to: 'hr', when: 'form.days >= 7' },
    { from: 'longest', to: 'end', default: true },
    { from: 'hr', to: 'end' },
  ],
  settings: { duplicateApprover: 'consecutive', dueHours: 7 * 24 },
};
