import type { DefinitionInput } from '../engine/index.js';

/** Overtime (origin.md §1.5): the manager, within 48 h; 5 days in all. HR is told. */
export const overtime: DefinitionInput = {
  code: 'overtime',
  name: 'Overtime',
  category: 'hr',
  formSchema: {
    type: 'object',
    required: ['date', 'hours'],
    properties: {
      date: { type: 'string', title: 'Day', format: 'date' },
      hours: { type: 'number', title: 'Hours', minimum: 0.5, maximum: 24 },
      compensation: { type: 'string', title: 'Compensation', enum: ['pay', 'time off'] },
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
      dueHours: 48,
    },
    { id: 'tell-hr', type: 'cc', name: 'HR is told', assignees: [{ type: 'role', role: 'hr' }] },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'tell-hr' },
    { from: 'tell-hr', to: 'end' },
  ],
  settings: { dueHours: 5 * 24 },
};
