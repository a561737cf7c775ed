import { closeInstance, suspend } from './change-status.js';
import { isWork, leadsTo, nameOf, type GraphEdge } from '../graph/graph.js';
import { resolveSpec } from '../assignees/resolve-assignees.js';
import { openRun } from './step-run.js';
import { activeRun, visitsOf, type InstanceState, type Token } from '../instance/instance-state.js';
import type { Node } from '../definition/definition.js';
import type { Person } from '../directory/directory.js';
import type { ConditionScope } from '../expression/condition.js';
import type { Work } from './transition.js';

/** Entries into one node after which an instance is suspended: only a loop of automatic approvals gets there. */
const MAX_VISITS = 100;

/**
 * Moves tokens until people have to act, and approves the instance when the last token has ended.
 *
 * A token enters a node only when no other token can still arrive there, so every node is a join: parallel branches meet
 * without having to be drawn in pairs, and no node is worked on twice at a time. Without its loops the graph has an order,
 * and the waiting token that is first in it is held up by nobody but people at work: a running instance never sticks.
 */
export function advance(work: Work): void {
  while (work.state.status === 'running') {
    const token = nextToEnter(work);
    if (token === undefined) break;
    enter(work, token.nodeId);
  }
  const over = work.state.status === 'running' && work.state.tokens.length === 0 && work.directory.missing.length === 0;
  if (over) closeInstance(work, 'approved', 'approve', null);
}

function nextToEnter(work: Work): Token | undefined {
  const { tokens } = work.state;
  const waiting = work.graph.order.flatMap((nodeId) =>
    tokens.filter((token) => token.nodeId === nodeId && token.phase === 'waiting' && !work.blocked.has(nodeId)),
  );
  return waiting.find((token) =>
    tokens.every(
      (other) => other === token || (other.nodeId !== token.nodeId && !leadsTo(work.graph, other.nodeId, token.nodeId)),
    ),
  );
}

function enter(work: Work, nodeId: string): void {
  const node = work.graph.nodes.get(nodeId);
  const visit = visitsOf(work.state, nodeId) + 1;
  if (node === undefined || visit > MAX_VISITS) {
    const message = `${nodeId} was entered ${visit - 1} times: the process turns in a circle. Cancel the instance.`;
    return suspend(work, 'visit_limit', nodeId, message);
  }
  if (isWork(node)) {
    work.emit({ type: 'node_entered', nodeId, visit, work: node.mode });
    const run = activeRun(work.state, nodeId);
    if (run !== undefined) openRun(work, node, run);
    return;
  }
  const chosen = waysOut(work, node);
  // While the directory has to be asked this token stays; other branches go on so that they can ask in the same pass.
  if (chosen === undefined) return void work.blocked.add(nodeId);
  if ('fault' in chosen) {
    const message = `No way out of ${nameOf(work.graph, nodeId)} can be chosen: ${chosen.fault}`;
    return suspend(work, 'condition_failed', nodeId, message);
  }
  const copies = node.type === 'cc' ? recipients(work, node) : { users: [], audienceKeys: [] };
  if (copies === undefined) return void work.blocked.add(nodeId);
  work.emit({ type: 'node_entered', nodeId, visit, work: null });
  if (copies.users.length > 0) work.emit({ type: 'copied', nodeId, ...copies });
  work.emit({ type: 'node_left', nodeId, to: chosen.ways.map((edge) => edge.to), jump: false });
}

type WaysOut = { readonly ways: readonly GraphEdge[] } | { readonly fault: string };

function waysOut(work: Work, node: Node): WaysOut | undefined {
  const ways = work.graph.outgoing.get(node.id) ?? [];
  if (node.type !== 'condition') return { ways };
  const applicant = work.directory.person(work.state.applicantId);
  if (applicant === undefined) return undefined;
  const scope = scopeOf(work.state, applicant);
  for (const edge of ways) {
    const result = edge.condition?.evaluate(scope);
    if (result === undefined) continue;
    if ('fault' in result) return { fault: `${edge.when}: ${result.fault}` };
    if (result.value) return { ways: [edge] };
  }
  const otherwise = ways.filter((edge) => edge.default === true);
  return otherwise.length === 1 ? { ways: otherwise } : { fault: 'there is no default edge.' };
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
  work: Work,
  node: Extract<Node, { type: 'cc' }>,
): { users: string[]; audienceKeys: string[] } | undefined {
  const found = node.assignees.map((spec) => resolveSpec(spec, node.id, work.state, work.directory));
  if (found.some((resolved) => resolved === undefined)) return undefined;
  const users = found.flatMap((resolved) => resolved?.assignees.map(({ person }) => person.id) ?? []);
  return { users: [...new Set(users)], audienceKeys: found.flatMap((resolved) => resolved?.audienceKeys ?? []) };
}
