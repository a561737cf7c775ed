import type { DefinitionInput } from '../engine/index.js';

/** Business trip (origin.md §1.5): the manager within 72 h, then finance within 48 h where there is a budget; 7 days in all. */
export const businessTrip: DefinitionInput = {
  code: 'business-trip',
  name: 'Business trip',
  category: 'hr',
  formSchema: {
    type: 'object',
    required: ['destination', 'from', 'to', 'budget'],
    properties: {
      destination: { type: 'string', title: 'Where to', maxLength: 200 },
      from: { type: 'string', title: 'Departure', format: 'date' },
      to: { type: 'string', title: 'Return', format: 'date' },
      budget: { type: 'number', title: 'Budget', minimum: 0 },
      purpose: { type: 'string', title: 'Purpose', format: 'textarea', maxLength: 2_000 },
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
    { id: 'costs', type: 'condition', name: 'Does it cost anything?' },
    { id: 'finance', type: 'approve', name: 'Finance', assignees: [{ type: 'role', role: 'finance' }], dueHours: 48 },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'manager' },
    { from: 'manager', to: 'costs' },
    { from: 'costs', to: 'finance', when: 'form.budget > 0' },
    { from: 'costs', to: 'end', default: true },
    { from: 'finance', to: 'end' },
  ],
  settings: { dueHours: 7 * 24 },
};
