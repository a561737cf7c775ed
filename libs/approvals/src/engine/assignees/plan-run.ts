import type { AssigneeSpec, WorkNode } from '../definition/definition.js';
import type { DirectoryReader } from '../directory/directory.js';
import { leadsTo, type Graph } from '../graph/graph.js';
import { people, resolveSpec, type Assignee } from './resolve-assignees.js';
import type { InstanceState, Suspension } from '../instance/instance-state.js';

/** People at one node, at most; more would be a broadcast, not an approval. */
export const MAX_ASSIGNEES = 200;
/** Who acts where nobody else is left: holders of this role. */
const ADMIN_KEY = 'role:admin';

/** A task to be opened; `decided` when the rules approve it for the assignee. */
export interface PlannedTask extends Assignee {
  readonly group: string;
  readonly decided: 'duplicate_approver' | 'self_skip' | null;
  /** Given by `onEmpty` because nobody else was left. */
  readonly fallback?: true;
}

/** What happens when a node is entered. */
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
 * Who shall act at a node, in the documented order: resolve, drop inactive and foreign people, apply substitutions, each
 * person once, duplicate approvers, the applicant's own request, and last what to do when nobody is left
 * (approvals.md "Semantics").
 *
 * @returns undefined while the directory has to be asked
 */
export function planRun(
  graph: Graph,
  node: WorkNode,
  state: InstanceState,
  directory: DirectoryReader,
): RunPlan | undefined {
  const audienceKeys = new Set<string>();
  const perSpec = node.assignees.map((spec) => resolveSpec(spec, node.id, state, directory));
  const groups = node.mode === 'per_group' ? node.assignees.map((_, i) => String(i)) : [''];
  const seen = new Set<string>();
  const tasks: PlannedTask[] = [];
  let satisfied = 0;
  for (const group of groups) {
    const specs = node.mode === 'per_group' ? [perSpec[Number(group)]] : perSpec;
    if (specs.some((resolved) => resolved === undefined)) return undefined;
    for (const resolved of specs) resolved?.audienceKeys.forEach((key) => audienceKeys.add(key));
    const mine = specs.flatMap((resolved) => resolved?.assignees ?? []);
    const ruled = applyRules(graph, node, state, group, once(mine, group === '' ? seen : new Set()), directory);
    if (ruled === undefined) return undefined;
    if (ruled.length > 0) {
      tasks.push(...ruled);
      continue;
    }
    const filled = fillEmpty(node, state, group, directory);
    if (filled === undefined) return undefined;
    if (filled === 'approve') satisfied += 1;
    else if (Array.isArray(filled)) tasks.push(...(filled as readonly PlannedTask[]));
    else return filled as RunPlan;
  }
  if (satisfied === groups.length) return { kind: 'decided', policy: 'auto_approve' };
  if (tasks.length > MAX_ASSIGNEES) {
    return {
      kind: 'suspended',
      reason: 'too_many_people',
      message: `${tasks.length} people would act at ${node.id}; at most ${MAX_ASSIGNEES} can. Name a smaller group, or assign people.`,
    };
  }
  const required = quorumOf(node, tasks.length);
  if (required !== null && required > tasks.length) {
    return {
      kind: 'suspended',
      reason: 'quorum_out_of_reach',
      message: `${node.id} needs ${required} approvals and has ${tasks.length} people. Assign all who shall act, or cancel the instance.`,
    };
  }
  const live = groups.filter((group) => tasks.some((task) => task.group === group));
  return { kind: 'tasks', tasks, groups: live, required, audienceKeys: [...audienceKeys] };
}

/** Approvals that a quorum needs among so many people; null in other modes. */
export function quorumOf(node: WorkNode, people: number): number | null {
  if (node.mode !== 'quorum' || node.quorum === undefined) return null;
  if ('count' in node.quorum) return node.quorum.count;
  // The small step back keeps binary fractions from asking for one more: 29 % of 100 people is 28.999… or 29.000…1.
  return Math.max(1, Math.ceil((people * node.quorum.percent) / 100 - 1e-9));
}

/** Whether the applicant may not act at the node, for themselves or through a substitute. */
export function barsApplicant(node: WorkNode): boolean {
  return node.type === 'approve' && node.selfApproval !== 'allow';
}

function once(assignees: readonly Assignee[], seen: Set<string>): readonly Assignee[] {
  return assignees.filter(({ person }) => !seen.has(person.id) && seen.add(person.id) !== undefined);
}

function applyRules(
  graph: Graph,
  node: WorkNode,
  state: InstanceState,
  group: string,
  assignees: readonly Assignee[],
  directory: DirectoryReader,
): readonly PlannedTask[] | undefined {
  const earlier = earlierApprovers(graph, node, state);
  const tasks: PlannedTask[] = [];
  for (const assignee of assignees) {
    const self = assignee.person.id === state.applicantId || assignee.onBehalfOf === state.applicantId;
    if (node.type === 'approve' && self && node.selfApproval !== 'allow') {
      if (node.selfApproval === 'skip') tasks.push({ ...assignee, group, decided: 'self_skip' });
      if (node.selfApproval !== 'manager') continue;
      const instead = managerInstead(state, directory);
      if (instead === undefined) return undefined;
      for (const person of instead) tasks.push({ ...person, group, decided: null });
    } else {
      tasks.push({ ...assignee, group, decided: earlier.has(assignee.person.id) ? 'duplicate_approver' : null });
    }
  }
  const seen = new Set<string>();
  return tasks.filter(({ person }) => !seen.has(person.id) && seen.add(person.id) !== undefined);
}

/** The applicant's manager, unless that is (or stands for) the applicant again. */
function managerInstead(state: InstanceState, directory: DirectoryReader): readonly Assignee[] | undefined {
  const found = resolveSpec({ type: 'applicant_manager', level: 1 }, '', state, directory);
  return found?.assignees.filter((assignee) => assignee.person.id !== state.applicantId);
}

/** People whose approval of an earlier node still counts, as far as `duplicateApprover` looks back. */
function earlierApprovers(graph: Graph, node: WorkNode, state: InstanceState): ReadonlySet<string> {
  const policy = graph.definition.settings.duplicateApprover;
  if (policy === 'none' || node.type !== 'approve') return new Set();
  const counting = state.runs
    .filter((run) => run.status === 'approved' && !run.voided && leadsTo(graph, run.nodeId, node.id))
    .filter((run) => graph.nodes.get(run.nodeId)?.type === 'approve')
    .toSorted((a, b) => (b.closedAs ?? 0) - (a.closedAs ?? 0));
  const looked = policy === 'consecutive' ? counting.slice(0, 1) : counting;
  return new Set(
    looked.flatMap((run) =>
      state.tasks
        .filter((task) => task.nodeId === run.nodeId && task.visit === run.visit && task.status === 'approved')
        .map((task) => task.assigneeId),
    ),
  );
}

type Filled = readonly PlannedTask[] | 'approve' | Exclude<RunPlan, { kind: 'tasks' }>;

function fillEmpty(
  node: WorkNode,
  state: InstanceState,
  group: string,
  directory: DirectoryReader,
): Filled | undefined {
  switch (node.onEmpty) {
    case 'auto_approve':
      return 'approve';
    case 'auto_reject':
      return { kind: 'decided', policy: 'auto_reject' };
    case 'suspend':
      return nobody(node);
    case 'admin':
    case 'assign': {
      const specs: readonly AssigneeSpec[] = node.onEmpty === 'assign' ? (node.onEmptyAssignees ?? []) : [];
      const found =
        node.onEmpty === 'assign'
          ? specs.map((spec) => resolveSpec(spec, node.id, state, directory))
          : [admins(directory)];
      if (found.some((resolved) => resolved === undefined)) return undefined;
      const assignees = once(
        found.flatMap((resolved) => resolved?.assignees ?? []),
        new Set(),
      ).filter(
        ({ person, onBehalfOf }) =>
          !barsApplicant(node) || (person.id !== state.applicantId && onBehalfOf !== state.applicantId),
      );
      return assignees.length === 0
        ? nobody(node)
        : assignees.map((assignee) => ({ ...assignee, group, decided: null, fallback: true as const }));
    }
  }
}

function admins(directory: DirectoryReader): ReturnType<typeof people> {
  const ids = directory.members(ADMIN_KEY);
  return ids === undefined ? undefined : people(ids, directory);
}

function nobody(node: WorkNode): Exclude<RunPlan, { kind: 'tasks' }> {
  return {
    kind: 'suspended',
    reason: 'nobody_to_act',
    message: `Nobody is left to act at ${node.id}. Assign people, or correct the directory and resume.`,
  };
}
