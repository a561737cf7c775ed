import { resolveAssignees } from '../assignees/resolve-assignees.js';
import type { Step } from '../definition/definition.js';
import type { Person } from '../directory/directory.js';
import type { ConditionScope } from '../expression/condition.js';
import { isTaskStep, leadsTo, stepName, type GraphEdge } from '../graph/graph.js';
import { activeRun, visitsOf, type InstanceState, type Token } from '../instance/instance-state.js';
import { closeInstance, suspendInstance } from './change-status.js';
import { openRun } from './step-run.js';
import type { Transition } from './transition.js';

/** Visits of one step after which the instance is suspended. Only a loop of automatic approvals reaches this limit. */
const MAX_VISITS = 100;

/**
 * Moves tokens until people have to act, and approves the instance when the last token has reached an end.
 *
 * A token enters a step only when no other token can still arrive there. So every step is a join: parallel branches meet
 * without a join step of their own, and no step is active twice at the same time. Without its loops the graph has an order,
 * and only people at work can hold up the waiting token that is first in this order: a running instance never sticks.
 */
export function advance(transition: Transition): void {
  while (transition.state.status === 'running') {
    const token = nextToEnter(transition);
    if (token === undefined) break;
    enter(transition, token.nodeId);
  }
  const { state, directory } = transition;
  const hasEnded = state.status === 'running' && state.tokens.length === 0 && directory.missing.length === 0;
  if (hasEnded) closeInstance(transition, 'approved', 'approve', null);
}

function nextToEnter({ graph, state, blocked }: Transition): Token | undefined {
  const waiting = graph.order.flatMap((stepId) =>
    state.tokens.filter((token) => token.nodeId === stepId && token.phase === 'waiting' && !blocked.has(stepId)),
  );
  return waiting.find((token) =>
    state.tokens.every(
      (other) => other === token || (other.nodeId !== token.nodeId && !leadsTo(graph, other.nodeId, token.nodeId)),
    ),
  );
}

function enter(transition: Transition, nodeId: string): void {
  const step = transition.graph.steps.get(nodeId);
  const visit = visitsOf(transition.state, nodeId) + 1;
  if (step === undefined || visit > MAX_VISITS) {
    const message = `${nodeId} was entered ${visit - 1} times: the process loops without end. Cancel the instance.`;
    return suspendInstance(transition, 'visit_limit', nodeId, message);
  }
  if (isTaskStep(step)) {
    transition.emit({ type: 'step_entered', nodeId, visit, mode: step.mode });
    const run = activeRun(transition.state, nodeId);
    if (run !== undefined) openRun(transition, step, run);
    return;
  }
  const chosen = chooseEdges(transition, step);
  // This token waits for the directory. Other branches continue, so that the same pass collects their questions.
  if (chosen === undefined) return void transition.blocked.add(nodeId);
  if ('fault' in chosen) {
    const message = `No edge out of ${stepName(transition.graph, nodeId)} can be chosen: ${chosen.fault}`;
    return suspendInstance(transition, 'condition_failed', nodeId, message);
  }
  const copies = step.type === 'cc' ? recipients(transition, step) : { users: [], audienceKeys: [] };
  if (copies === undefined) return void transition.blocked.add(nodeId);
  transition.emit({ type: 'step_entered', nodeId, visit, mode: null });
  if (copies.users.length > 0) transition.emit({ type: 'copied', nodeId, ...copies });
  transition.emit({ type: 'step_left', nodeId, to: chosen.edges.map((edge) => edge.to), jump: false });
}

type ChosenEdges = { readonly edges: readonly GraphEdge[] } | { readonly fault: string };

function chooseEdges({ graph, state, directory }: Transition, step: Step): ChosenEdges | undefined {
  const edges = graph.outgoing.get(step.id) ?? [];
  if (step.type !== 'condition') return { edges };
  const applicant = directory.person(state.applicantId);
  if (applicant === undefined) return undefined;
  const scope = scopeOf(state, applicant);
  for (const edge of edges) {
    const result = edge.condition?.evaluate(scope);
    if (result === undefined) continue;
    if ('fault' in result) return { fault: `${edge.when}: ${result.fault}` };
    if (result.value) return { edges: [edge] };
  }
  const defaults = edges.filter((edge) => edge.default === true);
  return defaults.length === 1 ? { edges: defaults } : { fault: 'there is no default edge.' };
}

function scopeOf(state: InstanceState, applicant: Person | null): ConditionScope {
  return {
    form: state.form,
    applicant: {
      id: state.applicantId,
      name: applicant?.name ?? '',
      roles: applicant?.roles ?? [],
      departmentIds: applicant?.departmentIds ?? [],
      positionIds: applicant?.positionIds ?? [],
      groupIds: applicant?.groupIds ?? [],
    },
    instance: {
      id: state.instanceId,
      title: state.title,
      businessType: state.businessType,
      businessId: state.businessId,
      round: state.round,
    },
  };
}

function recipients(
  { state, directory }: Transition,
  step: Extract<Step, { type: 'cc' }>,
): { users: string[]; audienceKeys: string[] } | undefined {
  const found = step.assignees.map((spec) => resolveAssignees(spec, step.id, state, directory));
  if (found.some((resolved) => resolved === undefined)) return undefined;
  const users = found.flatMap((resolved) => resolved?.assignees.map(({ person }) => person.id) ?? []);
  return { users: [...new Set(users)], audienceKeys: found.flatMap((resolved) => resolved?.audienceKeys ?? []) };
}
