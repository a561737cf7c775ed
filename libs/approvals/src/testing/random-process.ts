import type { DefinitionInput } from '../engine/index.js';

/** A source of choices: `pick(n)` gives 0 … n−1. A property test passes its own, so that failures shrink and replay. */
export type Pick = (n: number) => number;

type NodeInput = DefinitionInput['nodes'][number];
type EdgeInput = DefinitionInput['edges'][number];
type WorkInput = Extract<NodeInput, { type: 'approve' }>;
type AssigneesInput = WorkInput['assignees'];

const ASSIGNEES: AssigneesInput = [
  { type: 'user', users: ['ada'] },
  { type: 'user', users: ['ben', 'mia', 'gone'] },
  { type: 'user', users: ['nobody'] },
  { type: 'role', role: 'finance' },
  { type: 'role', role: 'hr' },
  { type: 'group', group: 'board' },
  { type: 'position', position: 'ceo' },
  { type: 'dept_leader', departmentId: 'sales' },
  { type: 'dept_members', departmentId: 'sales' },
  { type: 'applicant_manager', level: 1 },
  { type: 'applicant_manager', level: 3 },
  { type: 'applicant_manager', level: 9 },
  { type: 'applicant_dept_leader', level: 2 },
  { type: 'form_user_field', field: 'who' },
];

/**
 * A valid process over the people of `smallCompany`: any drawing whose edges lead forward (branches need not be paired, may
 * end apart and may meet anywhere), with loops back, every mode and every policy.
 */
export function randomProcess(pick: Pick): DefinitionInput {
  const size = 3 + pick(9);
  const ids = ['start', ...Array.from({ length: size }, (_, i) => `n${i}`), 'end', 'end2'];
  const nodes: NodeInput[] = ids.map((id) => {
    if (id === 'start') return { id, type: 'start' };
    return id.startsWith('end') ? { id, type: 'end' } : randomNode(id, pick);
  });
  const edges = nodes.flatMap((node, i) => waysOut(node, ids.slice(i + 1), pick));
  const reached = reachable(edges);
  const kept = nodes.filter((node) => reached.has(node.id));
  const used = edges.filter((edge) => reached.has(edge.from));
  return {
    code: 'random',
    name: 'Random',
    formSchema: {
      type: 'object',
      required: ['x', 'who'],
      properties: { x: { type: 'integer' }, who: { type: 'string' } },
    },
    nodes: kept,
    edges: [...used, ...loops(kept, used, pick)],
    settings: {
      maxRounds: 1 + pick(4),
      duplicateApprover: oneOf(['none', 'all', 'consecutive'] as const, pick),
    },
  };
}

function randomNode(id: string, pick: Pick): NodeInput {
  const kind = pick(10);
  if (kind < 2) return { id, type: 'condition' };
  if (kind < 4) return { id, type: 'parallel' };
  if (kind === 4) return { id, type: 'cc', assignees: someAssignees(pick) };
  const mode = oneOf(['any', 'all', 'sequential', 'quorum', 'per_group'] as const, pick);
  const onEmpty = oneOf(['admin', 'auto_approve', 'auto_reject', 'assign', 'suspend'] as const, pick);
  const work = {
    id,
    mode,
    onEmpty,
    assignees: someAssignees(pick),
    ...(mode === 'quorum' ? { quorum: pick(2) === 0 ? { count: 1 + pick(3) } : { percent: 1 + pick(100) } } : {}),
    ...(onEmpty === 'assign' ? { onEmptyAssignees: [{ type: 'user' as const, users: ['root'] }] } : {}),
  };
  if (kind === 5) return { ...work, type: 'handle' };
  return {
    ...work,
    type: 'approve',
    onReject: oneOf(['terminate', 'return', 'collect'] as const, pick),
    selfApproval: oneOf(['manager', 'skip', 'allow', 'forbid'] as const, pick),
  };
}

function waysOut(node: NodeInput, later: readonly string[], pick: Pick): EdgeInput[] {
  if (node.type === 'end') return [];
  const wanted = node.type === 'condition' ? 2 + pick(2) : node.type === 'parallel' ? 1 + pick(3) : 1;
  // Near targets make long ways likely; a condition needs two different ones.
  const targets = [
    ...new Set(Array.from({ length: wanted }, () => later[Math.min(pick(3), later.length - 1)] ?? 'end')),
  ];
  if (node.type !== 'condition') return targets.map((to) => ({ from: node.id, to }));
  if (targets.length === 1) targets.push(later.find((id) => !targets.includes(id)) ?? 'end');
  return [...new Set(targets)].map((to, i, all) =>
    i === all.length - 1 && i > 0
      ? { from: node.id, to, default: true }
      : { from: node.id, to, when: `form.x % ${2 + i} == ${pick(2)}` },
  );
}

/** Sometimes a condition leads back to an approve node that came before it. */
function loops(nodes: readonly NodeInput[], edges: readonly EdgeInput[], pick: Pick): EdgeInput[] {
  return nodes.flatMap((node): EdgeInput[] => {
    if (node.type !== 'condition' || pick(3) > 0) return [];
    const before = nodes.filter((other) => other.type === 'approve' && reachable(edges, other.id).has(node.id));
    const target = before[pick(Math.max(1, before.length))];
    return target === undefined
      ? []
      : [{ from: node.id, to: target.id, when: `instance.round == 1 && form.x % 5 == 0`, loop: true }];
  });
}

function reachable(edges: readonly EdgeInput[], from = 'start'): ReadonlySet<string> {
  const found = new Set([from]);
  for (const id of found) for (const edge of edges) if (edge.from === id) found.add(edge.to);
  return found;
}

function someAssignees(pick: Pick): AssigneesInput {
  return Array.from({ length: 1 + pick(3) }, () => oneOf(ASSIGNEES, pick)).map((spec) => ({ ...spec }));
}

function oneOf<T>(values: readonly T[], pick: Pick): T {
  return values[pick(values.length)] as T;
}
