import { describe, expect, it } from '@jest/globals';
import { ProcessCase, smallCompany } from '../../testing/index.js';
import { historyOf, type DefinitionInput, type InstanceState } from '../index.js';

/** What both systems can do, so that one assertion judges both. People approve by name; a refused verb answers with its code. */
interface Approvals {
  approve(user: string, task?: number): string;
  withdraw(): void;
  cancel(reason: string): void;
  /** The process ends and another one goes on with what was stored. */
  restart(): void;
  status(): string;
  tasks(): readonly { readonly assignee: string; readonly node: string; readonly status: string }[];
  /** Texts kept for the record. */
  history(): readonly string[];
  stored(): { readonly title: string; readonly form: Readonly<Record<string, unknown>> };
}

interface Plan {
  readonly definition: DefinitionInput;
  readonly applicant: string;
  readonly form: Readonly<Record<string, unknown>>;
}

/** Ours: the engine with nothing around it. */
class Ours implements Approvals {
  private made: ProcessCase;
  private readonly draft: InstanceState;

  constructor(private readonly plan: Plan) {
    this.made = ProcessCase.started(plan.definition, smallCompany(), plan.applicant, plan.form);
    this.draft = new ProcessCase(this.made.graph, smallCompany(), plan.applicant, plan.form).state;
  }

  approve(user: string, task?: number): string {
    const mine = this.made.state.tasks.filter((other) => other.assigneeId === user);
    const found = task === undefined ? mine.find((other) => other.status === 'pending') : mine[task];
    const decision = this.made.do(user, { type: 'approve', task: found?.key ?? '' });
    return decision.kind === 'refused' ? decision.refusal.code : 'ok';
  }

  withdraw(): void {
    this.made.must(this.plan.applicant, { type: 'withdraw' });
  }

  cancel(reason: string): void {
    this.made.must('root', { type: 'cancel', reason });
  }

  restart(): void {
    const stored = JSON.stringify(this.made.state);
    const events = this.made.events;
    this.made = new ProcessCase(this.made.graph, smallCompany(), this.plan.applicant, {});
    this.made.state = JSON.parse(stored) as InstanceState;
    this.made.events.push(...events);
  }

  status(): string {
    return this.made.state.status;
  }

  tasks(): ReturnType<Approvals['tasks']> {
    return this.made.state.tasks.map(({ assigneeId, nodeId, status }) => ({
      assignee: assigneeId,
      node: nodeId,
      status,
    }));
  }

  history(): readonly string[] {
    return historyOf(this.draft, this.made.events).flatMap(({ action, comment }) =>
      comment === null ? [action] : [action, comment],
    );
  }

  stored(): ReturnType<Approvals['stored']> {
    return this.made.state;
  }
}

/** A model of how the origin decides (origin.md §1.6): its defects, nothing else. */
class Origin implements Approvals {
  #status = 'pending';
  #tasks: { assignee: string; node: string; status: string }[] = [];
  #history: string[] = ['submit'];
  /** Where the instance is: kept in memory only. */
  #engine: { node: string | null } | null = { node: 'start' };
  readonly #form: Record<string, string>;

  constructor(private readonly plan: Plan) {
    this.#form = Object.fromEntries(Object.entries(plan.form).map(([key, value]) => [key, String(value)]));
    this.#next();
  }

  approve(user: string, task?: number): string {
    const mine = this.#tasks.filter((other) => other.assignee === user);
    const found = task === undefined ? mine.find((other) => other.status === 'pending') : mine[task];
    if (found === undefined) return 'not_found';
    found.status = 'approved';
    this.#history.push('approve');
    this.#next();
    return 'ok';
  }

  #next(): void {
    if (this.#engine === null) return;
    const edge = this.plan.definition.edges.find((other) => other.from === this.#engine?.node);
    const node = this.plan.definition.nodes.find((other) => other.id === edge?.to);
    if (edge === undefined || node === undefined) return;
    this.#engine = { node: node.id };
    if (node.type === 'end') this.#status = 'approved';
    if (node.type !== 'approve') return;
    for (const spec of node.assignees) {
      if (spec.type === 'user')
        this.#tasks.push(...spec.users.map((assignee) => ({ assignee, node: node.id, status: 'pending' })));
    }
  }

  withdraw(): void {
    this.#status = 'withdrawn';
  }

  cancel(_reason: string): void {
    this.#status = 'cancelled';
  }

  restart(): void {
    this.#engine = null;
  }

  status(): string {
    return this.#status;
  }

  tasks(): ReturnType<Approvals['tasks']> {
    return this.#tasks;
  }

  history(): readonly string[] {
    return this.#history;
  }

  stored(): ReturnType<Approvals['stored']> {
    return { title: '', form: this.#form };
  }
}

const row = (...people: readonly (readonly string[])[]): DefinitionInput => {
  const nodes: DefinitionInput['nodes'] = [
    { id: 'start', type: 'start' },
    ...people.map((users, i) => ({
      id: `n${i + 1}`,
      type: 'approve' as const,
      mode: 'all' as const,
      assignees: [{ type: 'user' as const, users: [...users] }],
    })),
    { id: 'end', type: 'end' },
  ];
  return {
    code: 'row',
    name: 'Row of approvals',
    nodes,
    edges: nodes.slice(1).map((node, i) => ({ from: nodes[i]?.id ?? '', to: node.id })),
  };
};

const byAmount: DefinitionInput = {
  code: 'by-amount',
  name: 'By amount',
  formSchema: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } },
  nodes: [
    { id: 'start', type: 'start' },
    { id: 'large', type: 'condition' },
    { id: 'finance', type: 'approve', assignees: [{ type: 'user', users: ['fin1'] }] },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'large' },
    { from: 'large', to: 'finance', when: 'form.amount >= 1000' },
    { from: 'large', to: 'end', default: true },
    { from: 'finance', to: 'end' },
  ],
};

const open = (system: Approvals): string[] =>
  system
    .tasks()
    .filter((task) => task.status === 'pending' || task.status === 'waiting')
    .map((task) => `${task.assignee}@${task.node}`);

interface Defect {
  readonly number: number;
  readonly promise: string;
  readonly plan: Plan;
  readonly check: (system: Approvals) => void;
}

const plan = (definition: DefinitionInput, form: Plan['form'] = {}, applicant = 'ada'): Plan => ({
  definition,
  form,
  applicant,
});

const defects: readonly Defect[] = [
  {
    number: 24,
    promise: 'an approval after a restart still moves the instance',
    plan: plan(row(['mia'], ['leo'])),
    check: (system) => {
      system.restart();
      system.approve('mia');
      expect(open(system)).toEqual(['leo@n2']);
    },
  },
  {
    number: 25,
    promise: 'an approval after the withdrawal changes nothing',
    plan: plan(row(['mia'])),
    check: (system) => {
      system.withdraw();
      expect(system.approve('mia', 0)).toBe('instance_closed');
      expect(system.status()).toBe('withdrawn');
    },
  },
  {
    number: 25,
    promise: 'two clicks give one next task',
    plan: plan(row(['mia'], ['leo'], ['zoe'])),
    check: (system) => {
      system.approve('mia', 0);
      expect(system.approve('mia', 0)).toBe('already_decided');
      expect(open(system)).toEqual(['leo@n2']);
    },
  },
  {
    number: 27,
    promise: 'a counter-sign waits for everybody, and nobody is left with an open task behind it',
    plan: plan(row(['mia', 'leo'], ['zoe'])),
    check: (system) => {
      system.approve('mia');
      expect(open(system)).toEqual(['leo@n1']);
      system.approve('leo');
      expect(open(system)).toEqual(['zoe@n2']);
    },
  },
  {
    number: 28,
    promise: 'a condition takes the edge that holds',
    plan: plan(byAmount, { amount: 5_000 }),
    check: (system) => expect(open(system)).toEqual(['fin1@finance']),
  },
  {
    number: 28,
    promise: 'a condition of which no edge holds takes the default and the instance ends instead of sticking',
    plan: plan(byAmount, { amount: 5 }),
    check: (system) => expect([system.status(), open(system)]).toEqual(['approved', []]),
  },
  {
    number: 29,
    promise: 'a withdrawal closes the open tasks and is on record',
    plan: plan(row(['mia', 'leo'])),
    check: (system) => {
      system.withdraw();
      expect(open(system)).toEqual([]);
      expect(system.history()).toContain('withdraw');
    },
  },
  {
    number: 29,
    promise: 'a cancellation closes the open tasks and keeps its reason on record',
    plan: plan(row(['mia', 'leo'])),
    check: (system) => {
      system.cancel('ordered twice');
      expect(open(system)).toEqual([]);
      expect(system.history()).toContain('ordered twice');
    },
  },
  {
    number: 31,
    promise: 'the title is kept and numbers of the form stay numbers',
    plan: plan(byAmount, { amount: 5_000 }),
    check: (system) => expect(system.stored()).toMatchObject({ title: 'By amount', form: { amount: 5_000 } }),
  },
  {
    number: 32,
    promise: 'the applicant does not decide the own request',
    plan: plan(row(['ada'])),
    check: (system) => {
      expect(system.approve('ada')).not.toBe('ok');
      expect(open(system)).toEqual(['mia@n1']);
    },
  },
];

describe('defects of the origin that this engine does not have', () => {
  it.each(defects.map((defect) => [defect.number, defect.promise, defect] as const))(
    'defect %d: %s',
    (_, __, defect) => {
      defect.check(new Ours(defect.plan));
    },
  );

  it.each(defects.map((defect) => [defect.number, defect.promise, defect] as const))(
    'the check for defect %d (%s) fails on a model of the origin',
    (_, __, defect) => {
      expect(() => defect.check(new Origin(defect.plan))).toThrow();
    },
  );
});
