import {
  decide,
  draftInstance,
  EMPTY_DIRECTORY,
  parseDefinition,
  type Actor,
  type Command,
  type Decision,
  type DefinitionInput,
  type FormData,
  type Graph,
  type InstanceEvent,
  type InstanceState,
  type Task,
} from '../engine/index.js';
import type { Company } from './memory-directory.js';

/** Questions that one command may lead to before something is wrong with the engine. */
const MAX_PASSES = 50;

type Bare<C> = C extends Command ? Omit<C, 'actor'> : never;
/** A command without its actor. */
export type CommandBody = Bare<Command>;

/** One instance in memory, driven by commands: what a shell does, without a database. For tests of processes. */
export class ProcessCase {
  readonly events: InstanceEvent[] = [];
  state: InstanceState;
  #clockMs = Date.UTC(2026, 0, 5, 8);

  constructor(
    readonly graph: Graph,
    readonly company: Company,
    readonly applicantId: string,
    form: FormData = {},
  ) {
    this.state = draftInstance({
      instanceId: 'i-1',
      tenantId: company.tenantId,
      applicantId,
      title: graph.definition.name,
      form,
    });
  }

  /** A submitted instance of a definition. @throws Error when the definition is not valid */
  static started(definition: DefinitionInput, company: Company, applicantId: string, form: FormData = {}): ProcessCase {
    const made = new ProcessCase(graphOf(definition), company, applicantId, form);
    made.must(applicantId, { type: 'start' });
    return made;
  }

  /** Gives a command and keeps what it changed. */
  do(actor: string | Actor, body: CommandBody): Decision {
    this.#clockMs += 60_000;
    const decision = this.ask(actor, body);
    if (decision.kind === 'decided') {
      this.state = decision.state;
      this.events.push(...decision.events);
    }
    return decision;
  }

  /** Gives a command without keeping anything, answering the directory's questions. */
  ask(actor: string | Actor, body: CommandBody): Decision {
    const by: Actor = typeof actor === 'string' ? { id: actor, kind: 'user', manages: actor === 'root' } : actor;
    let directory = EMPTY_DIRECTORY;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const now = new Date(this.#clockMs).toISOString();
      const decision = decide(this.graph, this.state, { ...body, actor: by } as Command, { now, directory });
      if (decision.kind !== 'needs') return decision;
      directory = this.company.answer(directory, decision.questions);
    }
    throw new Error(`Still asking the directory after ${MAX_PASSES} passes.`);
  }

  /** Gives a command that has to succeed. @throws Error with the refusal otherwise */
  must(actor: string | Actor, body: CommandBody): readonly InstanceEvent[] {
    const decision = this.do(actor, body);
    if (decision.kind !== 'decided') {
      throw new Error(decision.kind === 'refused' ? `${decision.refusal.code}: ${decision.refusal.message}` : 'needs');
    }
    return decision.events;
  }

  /** The code with which a command is refused, or `'decided'`. Keeps nothing. */
  code(actor: string | Actor, body: CommandBody): string {
    const decision = this.ask(actor, body);
    return decision.kind === 'refused' ? decision.refusal.code : decision.kind;
  }

  /** The open task of a person. @throws Error when there is none */
  taskOf(userId: string, nodeId?: string): Task {
    const task = this.state.tasks.find(
      (other) => other.status === 'pending' && other.assigneeId === userId && (nodeId ?? other.nodeId) === other.nodeId,
    );
    if (task === undefined) throw new Error(`${userId} has no open task; open: ${this.pending().join(', ')}`);
    return task;
  }

  /** `person@node` of every open task. */
  pending(): readonly string[] {
    return this.state.tasks
      .filter((task) => task.status === 'pending')
      .map((task) => `${task.assigneeId}@${task.nodeId}`);
  }

  /** Each of these people approves their open task. */
  approve(...users: readonly string[]): this {
    for (const user of users) this.must(user, { type: 'approve', task: this.taskOf(user).key });
    return this;
  }

  reject(user: string, comment?: string): this {
    this.must(user, { type: 'reject', task: this.taskOf(user).key, ...(comment === undefined ? {} : { comment }) });
    return this;
  }
}

/** The graph of a definition. @throws Error with every fault when it is not valid */
export function graphOf(definition: DefinitionInput): Graph {
  const parsed = parseDefinition(definition);
  if ('graph' in parsed) return parsed.graph;
  throw new Error(parsed.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'));
}
