/** Examples of the approval operations: a request for a desk that waits for the manager. */
export const PROCESS_ID = '019a3f6e-7c11-7d3e-9d52-3f4a8b1c2d31';
export const INSTANCE_ID = '019a3f6e-7c11-7d3e-9d52-3f4a8b1c2d32';
export const TASK_ID = '019a3f6e-7c11-7d3e-9d52-3f4a8b1c2d33';

const AT = '2026-11-21T08:00:00.000Z';

export const FORM = { price: 120 };

const DRAWING = {
  formSchema: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
  nodes: [
    { id: 'start', type: 'start' },
    {
      id: 'check',
      type: 'approve',
      name: 'Check',
      mode: 'any',
      assignees: [{ type: 'user', users: ['acme.manager', 'acme.finance'] }],
      selfApproval: 'allow',
      onEmpty: 'admin',
      onReject: 'terminate',
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'check' },
    { from: 'check', to: 'end' },
  ],
} as const;

export const DEFINITION = { code: 'desk-request', name: 'Desk request', category: 'office', publish: true, ...DRAWING };

const SETTINGS = { maxRounds: 5, duplicateApprover: 'none', withdraw: 'any_time', applicantMayCancel: false };

export const PROCESS = {
  id: PROCESS_ID,
  code: DEFINITION.code,
  name: DEFINITION.name,
  category: 'office',
  icon: null,
  description: null,
  sort: 0,
  enabled: true,
  activeVersion: 1,
  latestVersion: 1,
  revision: 2,
  createdBy: 'acme.admin',
  createdAt: AT,
  updatedAt: AT,
};

export const PROCESS_WITH_DRAWING = { ...PROCESS, version: 1, ...DRAWING, settings: SETTINGS };

export const VERSION = {
  processId: PROCESS_ID,
  version: 2,
  status: 'draft',
  checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  createdBy: 'acme.admin',
  createdAt: AT,
  publishedBy: null,
  publishedAt: null,
};

export const VERSION_WITH_DRAWING = { ...VERSION, ...DRAWING, settings: SETTINGS };

const NODE = { id: 'check', name: 'Check' };

export const INSTANCE = {
  id: INSTANCE_ID,
  processId: PROCESS_ID,
  code: DEFINITION.code,
  name: DEFINITION.name,
  version: 1,
  title: 'A desk for the new colleague',
  status: 'running',
  applicantId: 'acme.buyer',
  applicantName: 'Tomás Rivera',
  businessType: null,
  businessId: null,
  formData: FORM,
  round: 1,
  currentNodes: [NODE],
  revision: 4,
  startedAt: AT,
  completedAt: null,
  createdAt: AT,
};

export const TASK = {
  id: TASK_ID,
  instanceId: INSTANCE_ID,
  title: INSTANCE.title,
  code: DEFINITION.code,
  applicantId: INSTANCE.applicantId,
  applicantName: INSTANCE.applicantName,
  instanceStatus: 'running',
  nodeId: 'check',
  nodeName: 'Check',
  status: 'pending',
  mode: 'any',
  origin: 'initial',
  assigneeId: 'acme.manager',
  assigneeName: 'Grace Lindqvist',
  onBehalfOf: null,
  candidates: [],
  action: null,
  by: null,
  comment: null,
  dueAt: null,
  decidedAt: null,
  revision: 1,
  createdAt: AT,
};

export const DECIDED = {
  task: { ...TASK, status: 'approved', action: 'approve', by: 'acme.manager', decidedAt: AT, revision: 2 },
  instance: { ...INSTANCE, status: 'approved', currentNodes: [], revision: 8, completedAt: AT },
};

export const SIMULATION = {
  status: 'approved',
  steps: [
    {
      nodeId: 'check',
      name: 'Check',
      type: 'approve',
      people: [{ id: 'acme.manager', name: 'Grace Lindqvist', onBehalfOf: null, decided: false }],
      required: null,
    },
  ],
  edges: [
    { from: 'start', to: 'check' },
    { from: 'check', to: 'end' },
  ],
  suspension: null,
};

export const DIAGRAM = {
  nodes: [
    {
      id: 'check',
      type: 'approve',
      name: 'Check',
      layer: 1,
      lane: 0,
      state: 'active',
      visits: 1,
      people: [{ id: 'acme.manager', name: 'Grace Lindqvist', status: 'pending' }],
    },
  ],
  edges: [{ from: 'start', to: 'check', when: null, default: false, loop: false, taken: true }],
};

export const SUMMARY = { total: 3, pending: 1, approved: 2, rejected: 0, byStatus: { running: 1, approved: 2 } };

export const STATS = {
  processId: PROCESS_ID,
  code: DEFINITION.code,
  name: DEFINITION.name,
  ...SUMMARY,
  avgDurationSeconds: 5_400,
  nodes: [{ nodeId: 'check', runs: 3, p50Seconds: 3_600, p95Seconds: 7_200 }],
};

export const ENTRY = {
  n: 1,
  taskKey: null,
  nodeId: null,
  actorId: 'acme.buyer',
  onBehalfOf: null,
  action: 'start',
  fromStatus: 'draft',
  toStatus: 'running',
  comment: null,
  diff: null,
  at: AT,
};

export const ACTIONS = {
  taskId: TASK_ID,
  revision: 1,
  actions: [
    { action: 'approve', allowed: true },
    { action: 'reject', allowed: true },
    { action: 'transfer', allowed: true },
    {
      action: 'return',
      allowed: false,
      code: 'max_rounds',
      reason: 'This is round 5 of 5. Decide the task, or ask for a new request.',
    },
  ],
  returnTo: [],
  editableFields: [],
};
