import { decide } from '../engine/decide/decide.js';
import type { Decision } from '../engine/decide/transition.js';
import type { DefinitionInput } from '../engine/definition/definition.js';
import { EMPTY_DIRECTORY } from '../engine/directory/directory.js';
import type { FormData } from '../engine/form/form-schema.js';
import type { Graph } from '../engine/graph/graph.js';
import type { Actor, Command, CommandBody } from '../engine/instance/command.js';
import type { InstanceEvent } from '../engine/instance/instance-event.js';
import { draftInstance, type InstanceState, type Task } from '../engine/instance/instance-state.js';
import { parseDefinition } from '../engine/validation/parse-definition.js';
import type { MemoryDirectory } from './memory-directory.js';

/** Passes after which a command that still asks the directory is a fault of the engine. */
const MAX_PASSES = 50;

/** One instance in memory, for tests of processes. The user `root` has `approval:manage`. */
export class MemoryInstance {
  readonly events: InstanceEvent[] = [];
  readonly graph: Graph;
  readonly directory: MemoryDirectory;
  readonly applicantId: string;
  state: InstanceState;
  #nowMs = Date.UTC(2026, 0, 5, 8);

  constructor(graph: Graph, directory: MemoryDirectory, applicantId: string, form: FormData = {}) {
    this.graph = graph;
    this.directory = directory;
    this.applicantId = applicantId;
    this.state = draftInstance({
      instanceId: 'i-1',
      tenantId: directory.tenantId,
      applicantId,
      title: graph.definition.name,
      form,
    });
  }

  /** Makes and submits an instance. @throws Error when the definition is not valid */
  static started(
    definition: DefinitionInput,
    directory: MemoryDirectory,
    applicantId: string,
    form: FormData = {},
  ): MemoryInstance {
    const instance = new MemoryInstance(graphOf(definition), directory, applicantId, form);
    instance.must(applicantId, { type: 'start' });
    return instance;
  }

  /** Executes a command. A refused one changes nothing. */
  execute(actor: string | Actor, body: CommandBody): Decision {
    this.#nowMs += 60_000;
    const decision = this.decide(actor, body);
    if (decision.kind === 'decided') {
      this.state = decision.state;
      this.events.push(...decision.events);
    }
    return decision;
  }

  /** Decides a command without executing it. */
  decide(actor: string | Actor, body: CommandBody): Decision {
    const by: Actor = typeof actor === 'string' ? { id: actor, kind: 'user', manages: actor === 'root' } : actor;
    let directory = EMPTY_DIRECTORY;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const now = new Date(this.#nowMs).toISOString();
      const decision = decide(this.graph, this.state, { ...body, actor: by } as Command, { now, directory });
      if (decision.kind !== 'needs') return decision;
      directory = this.directory.answer(directory, decision.questions);
    }
    throw new Error(`The engine still asks the directory after ${MAX_PASSES} passes.`);
  }

  /** Executes a command that must succeed. @throws Error with the refusal otherwise */
  must(actor: string | Actor, body: CommandBody): readonly InstanceEvent[] {
    const decision = this.execute(actor, body);
    if (decision.kind !== 'decided') {
      throw new Error(decision.kind === 'refused' ? `${decision.refusal.code}: ${decision.refusal.message}` : 'needs');
    }
    return decision.events;
  }

  /** Decides a command without executing it. @returns the code of the refusal, or `'decided'` */
  code(actor: string | Actor, body: CommandBody): string {
    const decision = this.decide(actor, body);
    return decision.kind === 'refused' ? decision.refusal.code : decision.kind;
  }

  /** The open task of a person. @throws Error when there is none */
  taskOf(userId: string, nodeId?: string): Task {
    const task = this.state.tasks.find(
      (other) => other.status === 'pending' && other.assigneeId === userId && (nodeId ?? other.nodeId) === other.nodeId,
    );
    if (task === undefined) throw new Error(`${userId} has no open task; open tasks: ${this.pending().join(', ')}`);
    return task;
  }

  /** `person@step` of every open task. */
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

  /** A person rejects their open task. */
  reject(user: string, comment?: string): this {
    this.must(user, { type: 'reject', task: this.taskOf(user).key, ...(comment === undefined ? {} : { comment }) });
    return this;
  }
}

/** Compiles a definition. @throws Error with every fault when it is not valid */
export function graphOf(definition: DefinitionInput): Graph {
  const parsed = parseDefinition(definition);
  if ('graph' in parsed) return parsed.graph;
  throw new Error(parsed.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'));
}
