import type { LegacyRequest, LegacyRoutes } from '@nest-herald/platform/http';
import type { InstanceStatus, TaskAction, TaskStatus } from '../engine/instance/instance-state.js';
import type { Process } from '../store/definition-store.js';
import type { InstanceSummary } from '../store/instance-lists.js';
import type { Instance } from '../store/instance-store.js';
import type { ProcessStatistics } from '../store/process-statistics.js';
import type { ApprovalTask } from '../store/task-store.js';
import type { BatchResult } from './task.schemas.js';

/** The fields of a body or a query. */
type Fields = LegacyRequest['body'];

/** The legacy API has five statuses of an instance. */
const INSTANCE_STATUS = {
  draft: 'pending',
  running: 'pending',
  returned: 'pending',
  suspended: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
  cancelled: 'cancelled',
  expired: 'cancelled',
} as const satisfies Record<InstanceStatus, string>;

/** The legacy API has five statuses of a task. A delegated task and a resolved one are transferred tasks there. */
const TASK_STATUS = {
  waiting: 'pending',
  pending: 'pending',
  delegated: 'transferred',
  approved: 'approved',
  rejected: 'rejected',
  transferred: 'transferred',
  returned: 'rejected',
  resolved: 'transferred',
  skipped: 'skipped',
  cancelled: 'skipped',
  expired: 'skipped',
} as const satisfies Record<TaskStatus, string>;

/** The legacy API has four actions. */
const TASK_ACTION = {
  approve: 'approve',
  reject: 'reject',
  return: 'reject',
  transfer: 'transfer',
  resolve: 'transfer',
  withdraw: 'withdraw',
  cancel: 'withdraw',
  expire: 'withdraw',
} as const satisfies Record<TaskAction, string>;

const NOTHING = () => ({});

/** The drawing and the form are parts of a process here, so it is its own workflow and its own form. */
const process = (ours: Process, { principal }: LegacyRequest) => ({
  id: ours.id,
  tenant_id: principal.tenantId,
  code: ours.code,
  name: ours.name,
  form_id: ours.id,
  form_name: ours.name,
  workflow_id: ours.id,
  workflow_name: ours.name,
  enabled: ours.enabled,
  created_at: ours.createdAt,
  updated_at: ours.updatedAt,
});

/** The legacy API has one current node: the first of the active steps. */
const instance = (ours: Instance, { principal }: LegacyRequest) => ({
  id: ours.id,
  tenant_id: principal.tenantId,
  process_def_id: ours.processId,
  process_def_code: ours.code,
  process_def_name: ours.name,
  workflow_instance_id: ours.id,
  form_data_id: ours.id,
  applicant_id: ours.applicantId,
  applicant_name: ours.applicantName,
  title: ours.title,
  status: INSTANCE_STATUS[ours.status],
  current_node_id: ours.currentNodes[0]?.id ?? '',
  current_node_name: ours.currentNodes[0]?.name ?? '',
  started_at: ours.startedAt ?? '',
  completed_at: ours.completedAt ?? '',
  created_at: ours.createdAt,
  updated_at: ours.completedAt ?? ours.startedAt ?? ours.createdAt,
});

const task = (ours: ApprovalTask, { principal }: LegacyRequest) => ({
  id: ours.id,
  tenant_id: principal.tenantId,
  process_instance_id: ours.instanceId,
  node_id: ours.nodeId,
  node_name: ours.nodeName,
  assignee_id: ours.assigneeId,
  assignee_name: ours.assigneeName,
  status: TASK_STATUS[ours.status],
  action: ours.action === null ? '' : TASK_ACTION[ours.action as TaskAction],
  comment: ours.comment ?? '',
  approved_at: ours.decidedAt ?? '',
  created_at: ours.createdAt,
  updated_at: ours.decidedAt ?? ours.createdAt,
});

/** The code of the legacy system has the long names, its documentation the short ones. */
const statistics = (ours: ProcessStatistics) => ({
  process_def_id: ours.processId,
  process_code: ours.code,
  process_name: ours.name,
  total_instances: ours.total,
  pending_instances: ours.pending,
  approved_instances: ours.approved,
  rejected_instances: ours.rejected,
  total: ours.total,
  pending: ours.pending,
  approved: ours.approved,
  rejected: ours.rejected,
  avg_duration: Math.round(ours.avgDurationSeconds ?? 0),
});

function summary({ total, byStatus: ours }: InstanceSummary) {
  const counts = { pending: 0, approved: 0, rejected: 0, withdrawn: 0, cancelled: 0 };
  for (const [status, count] of Object.entries(ours)) counts[INSTANCE_STATUS[status as InstanceStatus]] += count;
  return { total, ...counts, by_status: counts };
}

const batch = ({ results }: { readonly results: readonly BatchResult[] }) => ({
  results: results.map(({ taskId, success, error, code }) => ({
    task_id: taskId,
    success,
    error: error ?? code ?? '',
  })),
});

/** A legacy client names its workflow and form; a process with its own nodes needs neither. */
function readDefinition(body: Fields, compat: boolean): Fields {
  const { id: _id, ...named } = body;
  const sent = compat ? withoutEmpty(named) : body;
  return 'nodes' in sent && compat ? without(sent, 'drawingOf', 'formOf') : sent;
}

/** A legacy client sends every filter, also empty ones. */
const readFilters = (query: Fields, compat: boolean): Fields => (compat ? withoutEmpty(query) : query);

/** The form of a legacy client is a map of texts. */
const readStart = (body: Fields, compat: boolean): Fields =>
  compat && Object.hasOwn(body, 'formData') ? { ...body, formDataIsText: true } : body;

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

const DEFINE_FIELDS = { form_schema: 'formSchema', workflow_id: 'drawingOf', form_id: 'formOf' };
const LIST_FIELDS = {
  process_def_id: 'processId',
  applicant_id: 'applicantId',
  start_date: 'from',
  end_date: 'to',
};
const TRANSFER_FIELDS = { id: null, to_user_id: 'toUserId', transfer_to_id: 'toUserId', delegate_to_id: 'toUserId' };

/** The legacy routes of processes, by handler. */
export const LEGACY_DEFINITIONS: LegacyRoutes = {
  create: { body: DEFINE_FIELDS, readBody: readDefinition, answer: process },
  list: { isList: true, readQuery: readFilters, answer: process },
  get: { answer: process },
  replace: { body: DEFINE_FIELDS, readBody: readDefinition, answer: process },
  remove: { status: 200, answer: NOTHING },
  enable: { answer: NOTHING },
  disable: { answer: NOTHING },
  statistics: { answer: statistics },
  addVersion: { body: DEFINE_FIELDS },
  simulate: { body: { form_data: 'formData', applicant_id: 'applicantId' } },
};

/** The legacy routes of instances, by handler. */
export const LEGACY_INSTANCES: LegacyRoutes = {
  start: {
    body: {
      process_def_id: 'processId',
      form_data: 'formData',
      business_type: 'businessType',
      business_id: 'businessId',
    },
    readBody: readStart,
    answer: instance,
  },
  list: { query: LIST_FIELDS, readQuery: readFilters, isList: true, answer: instance },
  myApplications: { query: LIST_FIELDS, readQuery: readFilters, isList: true, answer: instance },
  get: { answer: instance },
  withdraw: { body: { id: null }, answer: NOTHING },
  cancel: { body: { id: null }, answer: NOTHING },
  summary: { answer: summary },
  submit: { body: { form_data: 'formData' } },
  resubmit: { body: { form_data: 'formData' } },
  cc: { body: { user_ids: 'users' } },
};

/** The legacy routes of tasks, by handler. */
export const LEGACY_TASKS: LegacyRoutes = {
  get: { answer: task },
  mine: { readQuery: readFilters, isList: true, answer: task },
  count: { answer: ({ count }: { readonly count: number }) => ({ count }) },
  process: { body: { id: null, form_patch: 'formPatch' }, answer: NOTHING },
  batch: { body: { task_ids: 'taskIds' }, answer: batch },
  transfer: { body: TRANSFER_FIELDS, answer: NOTHING },
  delegate: { body: TRANSFER_FIELDS, answer: NOTHING },
  approve: { body: { form_patch: 'formPatch' } },
};
