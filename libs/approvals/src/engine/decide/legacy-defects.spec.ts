import { describe, expect, it } from '@jest/globals';
import { MemoryInstance, sampleDirectory } from '../../testing/index.js';
import { historyOf } from '../audit/history.js';
import type { DefinitionInput } from '../definition/definition.js';
import type { InstanceState } from '../instance/instance-state.js';

/** What both systems can do, so that the same assertion tests both. A refused command answers with its code. */
interface Approvals {
  approve(user: string, task?: number): string;
  withdraw(): void;
  cancel(reason: string): void;
  /** The server ends, and another one continues from the stored state. */
  restart(): void;
  status(): string;
  tasks(): readonly { readonly assignee: string; readonly step: string; readonly status: string }[];
  /** Actions and comments of the history. */
  history(): readonly string[];
  stored(): { readonly title: string; readonly form: Readonly<Record<string, unknown>> };
}

interface Plan {
  readonly definition: DefinitionInput;
  readonly applicant: string;
  readonly form: Readonly<Record<string, unknown>>;
}

/** The engine alone. */
class EngineApprovals implements Approvals {
  private instance: MemoryInstance;
  private readonly draft: InstanceState;

  constructor(private readonly plan: Plan) {
    this.instance = MemoryInstance.started(plan.definition, sampleDirectory(), plan.applicant, plan.form);
    this.draft = new MemoryInstance(this.instance.graph, sampleDirectory(), plan.applicant, plan.form).state;
  }

  approve(user: string, task?: number): string {
    const tasks = this.instance.state.tasks.filter((other) => other.assigneeId === user);
    const found = task === undefined ? tasks.find((other) => other.status === 'pending') : tasks[task];
    const decision = this.instance.execute(user, { type: 'approve', task: found?.key ?? '' });
    return decision.kind === 'refused' ? decision.refusal.code : 'ok';
  }

  withdraw(): void {
    this.instance.must(this.plan.applicant, { type: 'withdraw' });
  }

  cancel(reason: string): void {
    this.instance.must('root', { type: 'cancel', reason });
  }

  restart(): void {
    const stored = JSON.stringify(this.instance.state);
    const events = this.instance.events;
    this.instance = new MemoryInstance(this.instance.graph, sampleDirectory(), this.plan.applicant, {});
    this.instance.state = JSON.parse(stored) as InstanceState;
    this.instance.events.push(...events);
  }

  status(): string {
    return this.instance.state.status;
  }

  tasks(): ReturnType<Approvals['tasks']> {
    return this.instance.state.tasks.map(({ assigneeId, nodeId, status }) => ({
      assignee: assigneeId,
      step: nodeId,
      status,
    }));
  }

  history(): readonly string[] {
    return historyOf(this.draft, this.instance.events).flatMap(({ action, comment }) =>
      comment === null ? [action] : [action, comment],
    );
  }

  stored(): ReturnType<Approvals['stored']> {
    return this.instance.state;
  }
}

/** A model of the defects of the legacy system. */
class LegacyApprovals implements Approvals {
  #status = 'pending';
  #tasks: { assignee: string; step: string; status: string }[] = [];
  #history: string[] = ['submit'];
  /** The position of the instance, which is only in memory. */
  #engine: { step: string | null } | null = { step: 'start' };
  readonly #form: Record<string, string>;

  constructor(private readonly plan: Plan) {
    this.#form = Object.fromEntries(Object.entries(plan.form).map(([key, value]) => [key, String(value)]));
    this.#next();
  }

  approve(user: string, task?: number): string {
    const tasks = this.#tasks.filter((other) => other.assignee === user);
    const found = task === undefined ? tasks.find((other) => other.status === 'pending') : tasks[task];
    if (found === undefined) return 'not_found';
    found.status = 'approved';
    this.#history.push('approve');
    this.#next();
    return 'ok';
  }

  #next(): void {
    if (this.#engine === null) return;
    const edge = this.plan.definition.edges.find((other) => other.from === this.#engine?.step);
    const step = this.plan.definition.nodes.find((other) => other.id === edge?.to);
    if (edge === undefined || step === undefined) return;
    this.#engine = { step: step.id };
    if (step.type === 'end') this.#status = 'approved';
    if (step.type !== 'approve') return;
    for (const spec of step.assignees) {
      if (spec.type === 'user')
        this.#tasks.push(...spec.users.map((assignee) => ({ assignee, step: step.id, status: 'pending' })));
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

const sequence = (...people: readonly (readonly string[])[]): DefinitionInput => {
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
    code: 'sequence',
    name: 'Sequence of approvals',
    nodes,
    edges: nodes.slice(1).map((step, i) => ({ from: nodes[i]?.id ?? '', to: step.id })),
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
    .map((task) => `${task.assignee}@${task.step}`);

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
    plan: plan(sequence(['mia'], ['leo'])),
    check: (system) => {
      system.restart();
      system.approve('mia');
      expect(open(system)).toEqual(['leo@n2']);
    },
  },
  {
    number: 25,
    promise: 'an approval after the withdrawal changes nothing',
    plan: plan(sequence(['mia'])),
    check: (system) => {
      system.withdraw();
      expect(system.approve('mia', 0)).toBe('instance_closed');
      expect(system.status()).toBe('withdrawn');
    },
  },
  {
    number: 25,
    promise: 'a double click opens the next task once',
    plan: plan(sequence(['mia'], ['leo'], ['zoe'])),
    check: (system) => {
      system.approve('mia', 0);
      expect(system.approve('mia', 0)).toBe('already_decided');
      expect(open(system)).toEqual(['leo@n2']);
    },
  },
  {
    number: 27,
    promise: 'mode all waits for all assignees and then leaves no task open',
    plan: plan(sequence(['mia', 'leo'], ['zoe'])),
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
    promise: 'a condition takes the default edge when no other holds, so the instance ends',
    plan: plan(byAmount, { amount: 5 }),
    check: (system) => expect([system.status(), open(system)]).toEqual(['approved', []]),
  },
  {
    number: 29,
    promise: 'a withdrawal closes the open tasks and is in the history',
    plan: plan(sequence(['mia', 'leo'])),
    check: (system) => {
      system.withdraw();
      expect(open(system)).toEqual([]);
      expect(system.history()).toContain('withdraw');
    },
  },
  {
    number: 29,
    promise: 'a cancellation closes the open tasks and its reason is in the history',
    plan: plan(sequence(['mia', 'leo'])),
    check: (system) => {
      system.cancel('ordered twice');
      expect(open(system)).toEqual([]);
      expect(system.history()).toContain('ordered twice');
    },
  },
  {
    number: 31,
    promise: 'the title is stored and numbers of the form stay numbers',
    plan: plan(byAmount, { amount: 5_000 }),
    check: (system) => expect(system.stored()).toMatchObject({ title: 'By amount', form: { amount: 5_000 } }),
  },
  {
    number: 32,
    promise: 'the applicant cannot decide their own request',
    plan: plan(sequence(['ada'])),
    check: (system) => {
      expect(system.approve('ada')).not.toBe('ok');
      expect(open(system)).toEqual(['mia@n1']);
    },
  },
];

describe('Defects of the legacy system', () => {
  it.each(defects.map((defect) => [defect.number, defect.promise, defect] as const))(
    'defect %d does not exist here: %s',
    (_, __, defect) => {
      defect.check(new EngineApprovals(defect.plan));
    },
  );

  it.each(defects.map((defect) => [defect.number, defect.promise, defect] as const))(
    'the check for defect %d (%s) fails on a model of the legacy system',
    (_, __, defect) => {
      expect(() => defect.check(new LegacyApprovals(defect.plan))).toThrow();
    },
  );
});
