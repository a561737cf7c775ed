import type { Mode } from '../definition/definition.js';
import type { FormData } from '../form/form-schema.js';

/** States of an instance; the transitions between them are the table in the package's README. */
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

/** States of a task. All but the first three are terminal: such a task never changes again. */
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
 * Why a task exists; `escalation`: nobody whom the node names was left, so `onEmpty` chose (worth an alert). `delegate`: its
 * assignee prepares the decision of the task `parentKey`, whose owner decides; it counts for nothing itself.
 */
export type TaskOrigin = 'initial' | 'substitute' | 'transfer' | 'delegate' | 'assign' | 'escalation';

/** What closed a task. */
export type TaskAction = 'approve' | 'reject' | 'transfer' | 'return' | 'resolve' | 'withdraw' | 'cancel' | 'expire';

/** One person's part in one visit of a node. */
export interface Task {
  /** `<node>#<visit>/<seq>`: unique in the instance and the same on every replay; a shell keeps its own id beside it. */
  readonly key: string;
  readonly nodeId: string;
  readonly visit: number;
  readonly seq: number;
  /** Index of the assignee spec (`'0'`, `'1'`, …) on a `per_group` node, otherwise `''`. */
  readonly group: string;
  readonly assigneeId: string;
  readonly assigneeName: string;
  /** The person whom the assignee substitutes. */
  readonly onBehalfOf: string | null;
  readonly origin: TaskOrigin;
  /** The task that was transferred into this one, or that this one was delegated from. */
  readonly parentKey: string | null;
  readonly status: TaskStatus;
  readonly openedAt: string;
  /** ISO 8601; null while waiting, and where the node has no `dueHours`. */
  readonly dueAt: string | null;
  /** Set when the task ends: what ended it, who did that and when. For a skipped task that is the deciding colleague. */
  readonly action: TaskAction | null;
  readonly by: string | null;
  readonly at: string | null;
  readonly comment: string | null;
}

/** One visit of a node at which people act. */
export interface NodeRun {
  readonly nodeId: string;
  readonly visit: number;
  readonly round: number;
  readonly mode: Mode;
  /** Groups that must each approve; only `per_group` has more than the group `''`. */
  readonly groups: readonly string[];
  /** Approvals of a quorum; null in the other modes. */
  readonly required: number | null;
  /** False while nobody could be found to act; the instance is then suspended. */
  readonly opened: boolean;
  readonly status: 'active' | 'approved' | 'rejected' | 'returned' | 'cancelled';
  /** Place in the order of endings; null while active. */
  readonly closedAs: number | null;
  /** Undone by a return to an earlier node: its approvals no longer count. */
  readonly voided: boolean;
}

/**
 * A place of the instance in the graph. `waiting`: on the way into the node, until no other token can still arrive there
 * (every node is a join); `active`: people are working there.
 */
export interface Token {
  readonly nodeId: string;
  readonly phase: 'waiting' | 'active';
  /** The nodes that it came from. */
  readonly from: readonly string[];
}

/** Why nobody can go on, and what an administrator has to look at. */
export interface Suspension {
  readonly reason:
    'admin' | 'nobody_to_act' | 'too_many_people' | 'quorum_out_of_reach' | 'condition_failed' | 'visit_limit';
  readonly nodeId: string | null;
  readonly message: string;
}

/** An edge of the way taken so far; ways undone by a return are left out. */
export interface TakenEdge {
  readonly from: string;
  readonly to: string;
}

/** Everything that the engine knows about one instance: plain JSON, changed only by `evolve`. */
export interface InstanceState {
  readonly instanceId: string;
  readonly tenantId: string;
  readonly applicantId: string;
  readonly title: string;
  readonly businessType: string;
  readonly businessId: string;
  readonly status: InstanceStatus;
  /** 1 with the first submission; each return begins a new one. */
  readonly round: number;
  readonly form: FormData;
  readonly tokens: readonly Token[];
  /** The nodes to take up again, while returned with `jump_back` or expired. */
  readonly parked: readonly string[];
  /** What an expired instance was before. */
  readonly expiredFrom: InstanceStatus | null;
  readonly runs: readonly NodeRun[];
  readonly tasks: readonly Task[];
  readonly visits: readonly { readonly nodeId: string; readonly count: number }[];
  readonly way: readonly TakenEdge[];
  /** Nodes that, when left, lead straight back to the node that returned to them. */
  readonly jumps: readonly { readonly from: string; readonly to: string }[];
  readonly picks: readonly { readonly nodeId: string; readonly users: readonly string[] }[];
  readonly cc: readonly string[];
  readonly suspension: Suspension | null;
  /** Events so far; grows with every change. */
  readonly revision: number;
}

/** What is known when somebody begins to fill in a form. */
export interface NewInstance {
  readonly instanceId: string;
  readonly tenantId: string;
  readonly applicantId: string;
  readonly title?: string;
  readonly businessType?: string;
  readonly businessId?: string;
  readonly form?: FormData;
}

/** An instance that has not been submitted yet. */
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

/** Whether an instance is over; `expired` may still be recovered by an administrator. */
export function isClosed(status: InstanceStatus): boolean {
  return !['draft', 'running', 'returned', 'suspended'].includes(status);
}

/** Whether a task may still change. */
export function isOpen(task: Task): boolean {
  return task.status === 'waiting' || task.status === 'pending' || task.status === 'delegated';
}

/** The tasks of one visit of a node, in their order. */
export function tasksOf(
  state: InstanceState,
  run: { readonly nodeId: string; readonly visit: number },
): readonly Task[] {
  return state.tasks.filter((task) => task.nodeId === run.nodeId && task.visit === run.visit);
}

/** The visit of a node that people are working on. */
export function activeRun(state: InstanceState, nodeId: string): NodeRun | undefined {
  return state.runs.find((run) => run.nodeId === nodeId && run.status === 'active');
}

/** How often a node was entered. */
export function visitsOf(state: InstanceState, nodeId: string): number {
  return state.visits.find((visit) => visit.nodeId === nodeId)?.count ?? 0;
}

/** Whom somebody picked to act at a node. */
export function picksFor(state: InstanceState, nodeId: string): readonly string[] {
  return state.picks.find((pick) => pick.nodeId === nodeId)?.users ?? [];
}
