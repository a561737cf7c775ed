import type { Mode } from '../definition/definition.js';
import type { FormData } from '../form/form-schema.js';
import type { Picks } from './command.js';

/** States of an instance. docs/approvals.md has the table of their transitions. */
export const INSTANCE_STATUSES = [
  'draft',
  'running',
  'returned',
  'suspended',
  'approved',
  'rejected',
  'withdrawn',
  'cancelled',
  'expired',
] as const;
/** See {@link INSTANCE_STATUSES}. */
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

/** States of a task. All but the first three are final. */
export const TASK_STATUSES = [
  'waiting',
  'pending',
  'delegated',
  'approved',
  'rejected',
  'transferred',
  'returned',
  'resolved',
  'skipped',
  'cancelled',
  'expired',
] as const;
/** See {@link TASK_STATUSES}. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/**
 * Why a task exists. `escalation`: no assignee of the step was left, so `onEmpty` chose one. `delegate`: the assignee prepares
 * the decision of the task `parentKey`, whose owner decides; the delegate's task does not count.
 */
export type TaskOrigin = 'initial' | 'substitute' | 'transfer' | 'delegate' | 'assign' | 'escalation';

/** What closed a task. */
export type TaskAction = 'approve' | 'reject' | 'transfer' | 'return' | 'resolve' | 'withdraw' | 'cancel' | 'expire';

/** One person's turn at one visit of a step. */
export interface Task {
  /** `<step>#<visit>/<seq>`: unique in the instance, and the same on every replay. The id of its row is another one. */
  readonly key: string;
  readonly nodeId: string;
  readonly visit: number;
  readonly seq: number;
  /** Index of the assignee spec (`'0'`, `'1'`, …) at a `per_group` step, otherwise `''`. */
  readonly group: string;
  readonly assigneeId: string;
  readonly assigneeName: string;
  /** The person that the assignee substitutes. */
  readonly onBehalfOf: string | null;
  readonly origin: TaskOrigin;
  /** The task that was transferred or delegated to this one. */
  readonly parentKey: string | null;
  readonly status: TaskStatus;
  readonly openedAt: string;
  /** ISO 8601; null while waiting, and at a step without `dueHours`. */
  readonly dueAt: string | null;
  /** What ended the task, who did it (for a skipped task, the person who decided the step) and when; null while open. */
  readonly action: TaskAction | null;
  readonly by: string | null;
  readonly at: string | null;
  readonly comment: string | null;
}

/** One visit of a step at which people act. */
export interface StepRun {
  readonly nodeId: string;
  readonly visit: number;
  readonly round: number;
  readonly mode: Mode;
  /** The groups that must each approve; `['']` unless the mode is `per_group`. */
  readonly groups: readonly string[];
  /** Approvals of a quorum; null in the other modes. */
  readonly required: number | null;
  /** False while the step has no people to act; the instance is then suspended. */
  readonly opened: boolean;
  readonly status: 'active' | 'approved' | 'rejected' | 'returned' | 'cancelled';
  /** Revision at which the run ended, which orders runs by their end; null while active. */
  readonly closedAs: number | null;
  /** A return to an earlier step undid this run: its approvals no longer count. */
  readonly voided: boolean;
}

/**
 * A position of the instance in the graph. `waiting`: before the step, while another token can still arrive there (every step
 * is a join). `active`: people are acting at the step.
 */
export interface Token {
  readonly nodeId: string;
  readonly phase: 'waiting' | 'active';
  /** The steps that it came from. */
  readonly from: readonly string[];
}

/** Why the instance cannot continue, and what an administrator has to correct. */
export interface Suspension {
  readonly reason:
    'admin' | 'nobody_to_act' | 'too_many_people' | 'quorum_out_of_reach' | 'condition_failed' | 'visit_limit';
  readonly nodeId: string | null;
  readonly message: string;
}

/** An edge that the instance took and that no return undid. */
export interface TakenEdge {
  readonly from: string;
  readonly to: string;
}

/**
 * The complete state of one instance: plain JSON, changed only by `evolve`. The names of its fields are stored with every
 * instance, so they are final.
 */
export interface InstanceState {
  readonly instanceId: string;
  readonly tenantId: string;
  readonly applicantId: string;
  readonly title: string;
  readonly businessType: string;
  readonly businessId: string;
  readonly status: InstanceStatus;
  /** 1 for the first submission; each return starts the next round. */
  readonly round: number;
  readonly form: FormData;
  readonly tokens: readonly Token[];
  /** The steps at which the instance continues, while it is expired or was returned with `jump_back`. */
  readonly parked: readonly string[];
  /** The status before `expired`. */
  readonly expiredFrom: InstanceStatus | null;
  readonly runs: readonly StepRun[];
  readonly tasks: readonly Task[];
  readonly visits: readonly { readonly nodeId: string; readonly count: number }[];
  /** The edges taken. */
  readonly way: readonly TakenEdge[];
  /** For each return with `jump_back`: when the step `from` is left, the instance continues at `to`. */
  readonly jumps: readonly { readonly from: string; readonly to: string }[];
  readonly picks: Picks;
  /** The people on copy. */
  readonly cc: readonly string[];
  readonly suspension: Suspension | null;
  /** Number of events so far. */
  readonly revision: number;
}

/** What a new instance is made from. */
export interface NewInstance {
  readonly instanceId: string;
  readonly tenantId: string;
  readonly applicantId: string;
  readonly title?: string;
  readonly businessType?: string;
  readonly businessId?: string;
  readonly form?: FormData;
}

/** Makes the state of an instance that has not been submitted. */
export function draftInstance(input: NewInstance): InstanceState {
  return {
    instanceId: input.instanceId,
    tenantId: input.tenantId,
    applicantId: input.applicantId,
    title: input.title ?? '',
    businessType: input.businessType ?? '',
    businessId: input.businessId ?? '',
    status: 'draft',
    round: 1,
    form: input.form ?? {},
    tokens: [],
    parked: [],
    expiredFrom: null,
    runs: [],
    tasks: [],
    visits: [],
    way: [],
    jumps: [],
    picks: [],
    cc: [],
    suspension: null,
    revision: 0,
  };
}

/** Whether an instance has ended. An administrator can still recover an expired one. */
export function isClosed(status: InstanceStatus): boolean {
  return !['draft', 'running', 'returned', 'suspended'].includes(status);
}

/** Whether a task can still change. */
export function isOpen(task: Task): boolean {
  return task.status === 'waiting' || task.status === 'pending' || task.status === 'delegated';
}

/** The tasks of one visit of a step, in order. */
export function tasksOf(
  state: InstanceState,
  run: { readonly nodeId: string; readonly visit: number },
): readonly Task[] {
  return state.tasks.filter((task) => task.nodeId === run.nodeId && task.visit === run.visit);
}

/** The active visit of a step. */
export function activeRun(state: InstanceState, nodeId: string): StepRun | undefined {
  return state.runs.find((run) => run.nodeId === nodeId && run.status === 'active');
}

/** How many times a step was entered. */
export function visitsOf(state: InstanceState, nodeId: string): number {
  return state.visits.find((visit) => visit.nodeId === nodeId)?.count ?? 0;
}

/** The people picked for a step. */
export function picksFor(state: InstanceState, nodeId: string): readonly string[] {
  return state.picks.find((pick) => pick.nodeId === nodeId)?.users ?? [];
}
