import type { DefinitionInput } from '../engine/definition/definition.js';

/** Chooses a number from 0 to n − 1. A property test passes its own function, so that failures shrink and replay. */
export type Pick = (n: number) => number;

type StepInput = DefinitionInput['nodes'][number];
type EdgeInput = DefinitionInput['edges'][number];
type ApproveInput = Extract<StepInput, { type: 'approve' }>;
type AssigneesInput = ApproveInput['assignees'];

const ASSIGNEES: AssigneesInput = [
  { type: 'user', users: ['ada'] },
  { type: 'user', users: ['ben', 'mia', 'gone'] },
  { type: 'user', users: ['ghost'] },
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
 * Makes a valid process over the people of `sampleDirectory`: any graph of forward edges (branches can end separately and meet
 * anywhere), loops, every mode and every policy.
 */
export function randomProcess(pick: Pick): DefinitionInput {
  const size = 3 + pick(9);
  const ids = ['start', ...Array.from({ length: size }, (_, i) => `n${i}`), 'end', 'end2'];
  const nodes: StepInput[] = ids.map((id) => {
    if (id === 'start') return { id, type: 'start' };
    return id.startsWith('end') ? { id, type: 'end' } : randomStep(id, pick);
  });
  const edges = nodes.flatMap((step, i) => outgoing(step, ids.slice(i + 1), pick));
  const reached = reachable(edges);
  const kept = nodes.filter((step) => reached.has(step.id));
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

function randomStep(id: string, pick: Pick): StepInput {
  const kind = pick(10);
  if (kind < 2) return { id, type: 'condition' };
  if (kind < 4) return { id, type: 'parallel' };
  if (kind === 4) return { id, type: 'cc', assignees: someAssignees(pick) };
  const mode = oneOf(['any', 'all', 'sequential', 'quorum', 'per_group'] as const, pick);
  const onEmpty = oneOf(['admin', 'auto_approve', 'auto_reject', 'assign', 'suspend'] as const, pick);
  const task = {
    id,
    mode,
    onEmpty,
    assignees: someAssignees(pick),
    ...(mode === 'quorum' ? { quorum: pick(2) === 0 ? { count: 1 + pick(3) } : { percent: 1 + pick(100) } } : {}),
    ...(onEmpty === 'assign' ? { onEmptyAssignees: [{ type: 'user' as const, users: ['root'] }] } : {}),
  };
  if (kind === 5) return { ...task, type: 'handle' };
  return {
    ...task,
    type: 'approve',
    onReject: oneOf(['terminate', 'return', 'collect'] as const, pick),
    selfApproval: oneOf(['manager', 'skip', 'allow', 'forbid'] as const, pick),
  };
}

function outgoing(step: StepInput, later: readonly string[], pick: Pick): EdgeInput[] {
  if (step.type === 'end') return [];
  const wanted = step.type === 'condition' ? 2 + pick(2) : step.type === 'parallel' ? 1 + pick(3) : 1;
  // Near targets make long paths likely. A condition needs two different targets.
  const targets = [
    ...new Set(Array.from({ length: wanted }, () => later[Math.min(pick(3), later.length - 1)] ?? 'end')),
  ];
  if (step.type !== 'condition') return targets.map((to) => ({ from: step.id, to }));
  if (targets.length === 1) targets.push(later.find((id) => !targets.includes(id)) ?? 'end');
  return [...new Set(targets)].map((to, i, all) =>
    i === all.length - 1 && i > 0
      ? { from: step.id, to, default: true }
      : { from: step.id, to, when: `form.x % ${2 + i} == ${pick(2)}` },
  );
}

/** Adds loops from some conditions back to an earlier approve step. */
function loops(nodes: readonly StepInput[], edges: readonly EdgeInput[], pick: Pick): EdgeInput[] {
  return nodes.flatMap((step): EdgeInput[] => {
    if (step.type !== 'condition' || pick(3) > 0) return [];
    const before = nodes.filter((other) => other.type === 'approve' && reachable(edges, other.id).has(step.id));
    const target = before[pick(Math.max(1, before.length))];
    return target === undefined
      ? []
      : [{ from: step.id, to: target.id, when: `instance.round == 1 && form.x % 5 == 0`, loop: true }];
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
