import type { TaskStep } from '../definition/definition.js';
import type { DirectoryReader } from '../directory/directory-reader.js';
import { leadsTo, type Graph } from '../graph/graph.js';
import type { InstanceState, Suspension } from '../instance/instance-state.js';
import { peopleWithRole, resolveAssignees, type Assignee } from './resolve-assignees.js';

/** Most people at one step; more would be a broadcast, not an approval. */
export const MAX_ASSIGNEES = 200;
/** `onEmpty: admin` chooses the people with this role. */
const ADMIN_ROLE = 'admin';

/** A task to open. `decided`: the rules approve it for the assignee. */
export interface PlannedTask extends Assignee {
  readonly group: string;
  readonly decided: 'duplicate_approver' | 'self_skip' | null;
  /** Chosen by `onEmpty`, because no other assignee was left. */
  readonly fallback?: true;
}

/** What happens when a step is entered. */
export type RunPlan =
  | {
      readonly kind: 'tasks';
      readonly tasks: readonly PlannedTask[];
      readonly groups: readonly string[];
      readonly required: number | null;
      readonly audienceKeys: readonly string[];
    }
  | { readonly kind: 'decided'; readonly policy: 'auto_approve' | 'auto_reject' }
  | { readonly kind: 'suspended'; readonly reason: Suspension['reason']; readonly message: string };

/**
 * Chooses who acts at a step, in the documented order: resolve the specs, drop inactive people and people of other tenants,
 * apply substitutions, keep each person once, apply the rules for duplicate approvers and for the applicant's own request,
 * and apply `onEmpty` when no assignee is left (approvals.md "Rules").
 *
 * @returns undefined while an answer of the directory is missing
 */
export function planRun(
  graph: Graph,
  step: TaskStep,
  state: InstanceState,
  directory: DirectoryReader,
): RunPlan | undefined {
  const audienceKeys = new Set<string>();
  const perSpec = step.assignees.map((spec) => resolveAssignees(spec, step.id, state, directory));
  const groups = step.mode === 'per_group' ? step.assignees.map((_, i) => String(i)) : [''];
  const seen = new Set<string>();
  const tasks: PlannedTask[] = [];
  let approvedGroups = 0;
  for (const group of groups) {
    const specs = step.mode === 'per_group' ? [perSpec[Number(group)]] : perSpec;
    if (specs.some((resolved) => resolved === undefined)) return undefined;
    for (const resolved of specs) resolved?.audienceKeys.forEach((key) => audienceKeys.add(key));
    const resolved = specs.flatMap((found) => found?.assignees ?? []);
    const assignees = once(resolved, group === '' ? seen : new Set());
    const ruled = applyRules(graph, step, state, group, assignees, directory);
    if (ruled === undefined) return undefined;
    if (ruled.length > 0) {
      tasks.push(...ruled);
      continue;
    }
    const fallback = applyOnEmpty(step, state, group, directory);
    if (fallback === undefined) return undefined;
    if (fallback.kind === 'approved') approvedGroups += 1;
    else if (fallback.kind === 'tasks') tasks.push(...fallback.tasks);
    else return fallback;
  }
  if (approvedGroups === groups.length) return { kind: 'decided', policy: 'auto_approve' };
  if (tasks.length > MAX_ASSIGNEES) {
    return {
      kind: 'suspended',
      reason: 'too_many_people',
      message: `${tasks.length} people would act at ${step.id}; at most ${MAX_ASSIGNEES} can. Name a smaller group, or assign people.`,
    };
  }
  const required = requiredApprovals(step, tasks.length);
  if (required !== null && required > tasks.length) {
    return {
      kind: 'suspended',
      reason: 'quorum_out_of_reach',
      message: `${step.id} needs ${required} approvals and has ${tasks.length} people. Assign enough people, or cancel the instance.`,
    };
  }
  const live = groups.filter((group) => tasks.some((task) => task.group === group));
  return { kind: 'tasks', tasks, groups: live, required, audienceKeys: [...audienceKeys] };
}

/** The approvals that a quorum needs among so many people; null in other modes. */
export function requiredApprovals(step: TaskStep, people: number): number | null {
  if (step.mode !== 'quorum' || step.quorum === undefined) return null;
  if ('count' in step.quorum) return step.quorum.count;
  // Without the subtraction, a binary fraction could require one more: 29 % of 100 people is 28.999… or 29.000…1.
  return Math.max(1, Math.ceil((people * step.quorum.percent) / 100 - 1e-9));
}

/** Whether the applicant cannot act at the step, neither as an assignee nor through a substitute. */
export function barsApplicant(step: TaskStep): boolean {
  return step.type === 'approve' && step.selfApproval !== 'allow';
}

function once(assignees: readonly Assignee[], seen: Set<string>): readonly Assignee[] {
  return assignees.filter(({ person }) => !seen.has(person.id) && seen.add(person.id) !== undefined);
}

function applyRules(
  graph: Graph,
  step: TaskStep,
  state: InstanceState,
  group: string,
  assignees: readonly Assignee[],
  directory: DirectoryReader,
): readonly PlannedTask[] | undefined {
  const earlier = earlierApprovers(graph, step, state);
  const tasks: PlannedTask[] = [];
  for (const assignee of assignees) {
    const isApplicant = assignee.person.id === state.applicantId || assignee.onBehalfOf === state.applicantId;
    if (step.type === 'approve' && isApplicant && step.selfApproval !== 'allow') {
      if (step.selfApproval === 'skip') tasks.push({ ...assignee, group, decided: 'self_skip' });
      if (step.selfApproval !== 'manager') continue;
      const managers = applicantsManager(state, directory);
      if (managers === undefined) return undefined;
      for (const manager of managers) tasks.push({ ...manager, group, decided: null });
    } else {
      tasks.push({ ...assignee, group, decided: earlier.has(assignee.person.id) ? 'duplicate_approver' : null });
    }
  }
  const seen = new Set<string>();
  return tasks.filter(({ person }) => !seen.has(person.id) && seen.add(person.id) !== undefined);
}

/** Empty when the manager is, or is substituted by, the applicant. */
function applicantsManager(state: InstanceState, directory: DirectoryReader): readonly Assignee[] | undefined {
  const found = resolveAssignees({ type: 'applicant_manager', level: 1 }, '', state, directory);
  return found?.assignees.filter((assignee) => assignee.person.id !== state.applicantId);
}

/** The people whose approval of an earlier step still counts, as far back as `duplicateApprover` says. */
function earlierApprovers(graph: Graph, step: TaskStep, state: InstanceState): ReadonlySet<string> {
  const policy = graph.definition.settings.duplicateApprover;
  if (policy === 'none' || step.type !== 'approve') return new Set();
  const newestFirst = state.runs
    .filter((run) => run.status === 'approved' && !run.voided && leadsTo(graph, run.nodeId, step.id))
    .filter((run) => graph.steps.get(run.nodeId)?.type === 'approve')
    .toSorted((a, b) => (b.closedAs ?? 0) - (a.closedAs ?? 0));
  const counted = policy === 'consecutive' ? newestFirst.slice(0, 1) : newestFirst;
  return new Set(
    counted.flatMap((run) =>
      state.tasks
        .filter((task) => task.nodeId === run.nodeId && task.visit === run.visit && task.status === 'approved')
        .map((task) => task.assigneeId),
    ),
  );
}

type Fallback =
  | { readonly kind: 'tasks'; readonly tasks: readonly PlannedTask[] }
  | { readonly kind: 'approved' }
  | Exclude<RunPlan, { kind: 'tasks' }>;

function applyOnEmpty(
  step: TaskStep,
  state: InstanceState,
  group: string,
  directory: DirectoryReader,
): Fallback | undefined {
  switch (step.onEmpty) {
    case 'auto_approve':
      return { kind: 'approved' };
    case 'auto_reject':
      return { kind: 'decided', policy: 'auto_reject' };
    case 'suspend':
      return suspendedWithoutPeople(step);
    case 'admin':
    case 'assign': {
      const found =
        step.onEmpty === 'assign'
          ? (step.onEmptyAssignees ?? []).map((spec) => resolveAssignees(spec, step.id, state, directory))
          : [peopleWithRole(ADMIN_ROLE, directory)];
      if (found.some((resolved) => resolved === undefined)) return undefined;
      const assignees = once(
        found.flatMap((resolved) => resolved?.assignees ?? []),
        new Set(),
      ).filter(
        ({ person, onBehalfOf }) =>
          !barsApplicant(step) || (person.id !== state.applicantId && onBehalfOf !== state.applicantId),
      );
      if (assignees.length === 0) return suspendedWithoutPeople(step);
      const tasks = assignees.map((assignee) => ({ ...assignee, group, decided: null, fallback: true as const }));
      return { kind: 'tasks', tasks };
    }
  }
}

function suspendedWithoutPeople(step: TaskStep): Fallback {
  return {
    kind: 'suspended',
    reason: 'nobody_to_act',
    message: `${step.id} has no people to act. Assign people, or correct the directory and resume.`,
  };
}
