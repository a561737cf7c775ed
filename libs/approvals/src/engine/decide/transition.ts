import type { DirectoryQuestion, DirectorySnapshot } from '../directory/directory.js';
import { DirectoryReader } from '../directory/directory.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import { evolve } from '../instance/evolve.js';
import type { Graph } from '../graph/graph.js';
import type { Refusal } from '../instance/refusal.js';
import type { InstanceState, NodeRun, TaskAction } from '../instance/instance-state.js';
import { isOpen, tasksOf } from '../instance/instance-state.js';

/** What a command needs besides the state: the time and what the directory said. */
export interface DecideContext {
  /** ISO 8601. */
  readonly now: string;
  readonly directory: DirectorySnapshot;
}

/** The answer to a command. */
export type Decision =
  | { readonly kind: 'decided'; readonly events: readonly InstanceEvent[]; readonly state: InstanceState }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Ask the directory, add the answers to the snapshot, and give the same command again. */
  | { readonly kind: 'needs'; readonly questions: readonly DirectoryQuestion[] };

type Body<E> = E extends InstanceEvent ? Omit<E, 'by' | 'at'> & { readonly by?: string } : never;

/** One command being decided: collects events and applies each at once, so every rule sees the state as it then is. */
export class Work {
  readonly #events: InstanceEvent[] = [];
  readonly directory: DirectoryReader;
  /** Nodes that cannot be entered before the directory has answered. */
  readonly blocked = new Set<string>();
  state: InstanceState;

  constructor(
    readonly graph: Graph,
    before: InstanceState,
    readonly by: string,
    readonly context: DecideContext,
  ) {
    this.state = before;
    this.directory = new DirectoryReader(context.directory, before.tenantId);
  }

  get now(): string {
    return this.context.now;
  }

  get events(): readonly InstanceEvent[] {
    return this.#events;
  }

  /** Adds an event and its effect. */
  emit(body: Body<InstanceEvent>): void {
    const event = { by: this.by, at: this.now, ...body } as InstanceEvent;
    this.#events.push(event);
    this.state = evolve(this.state, event);
  }

  /** Ends every open task of a run without its assignee having acted. */
  closeOpenTasks(
    run: NodeRun,
    status: 'skipped' | 'cancelled' | 'expired',
    action: TaskAction,
    only: { readonly group?: string; readonly by?: string } = {},
  ): void {
    const by = only.by ?? this.by;
    for (const task of tasksOf(this.state, run)) {
      if (isOpen(task) && (only.group === undefined || task.group === only.group)) {
        this.emit({ type: 'task_closed', key: task.key, status, action, comment: null, policy: null, by });
      }
    }
  }

  /** Ends every run that people are working on. */
  closeActiveRuns(taskStatus: 'cancelled' | 'expired', action: TaskAction, among?: ReadonlySet<string>): void {
    for (const run of this.state.runs) {
      if (run.status !== 'active' || (among !== undefined && !among.has(run.nodeId))) continue;
      this.closeOpenTasks(run, taskStatus, action);
      this.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: 'cancelled' });
    }
  }
}

/** When a task of a node that allows so many hours is due. */
export function dueAt(now: string, dueHours: number | undefined): string | null {
  return dueHours === undefined ? null : new Date(Date.parse(now) + dueHours * 3_600_000).toISOString();
}
