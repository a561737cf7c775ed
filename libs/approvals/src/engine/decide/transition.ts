import { DirectoryReader } from '../directory/directory-reader.js';
import type { DirectoryQuestion, DirectorySnapshot } from '../directory/directory.js';
import type { Graph } from '../graph/graph.js';
import { evolve } from '../instance/evolve.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import { isOpen, tasksOf, type InstanceState, type StepRun, type TaskAction } from '../instance/instance-state.js';
import type { EngineRefusal } from '../instance/refusal.js';

/** What a command needs besides the state. */
export interface DecideContext {
  /** ISO 8601. */
  readonly now: string;
  readonly directory: DirectorySnapshot;
}

/** The answer to a command. */
export type Decision =
  | { readonly kind: 'decided'; readonly events: readonly InstanceEvent[]; readonly state: InstanceState }
  | { readonly kind: 'refused'; readonly refusal: EngineRefusal }
  /** Add the directory's answers to the snapshot and decide the same command again. */
  | { readonly kind: 'needs'; readonly questions: readonly DirectoryQuestion[] };

type EventBody<E> = E extends InstanceEvent ? Omit<E, 'by' | 'at'> & { readonly by?: string } : never;

/** Decides one command: collects its events and applies each one at once, so every rule reads the current state. */
export class Transition {
  readonly #events: InstanceEvent[] = [];
  readonly graph: Graph;
  readonly by: string;
  readonly now: string;
  readonly directory: DirectoryReader;
  /** Steps that cannot be entered before the directory has answered. */
  readonly blocked = new Set<string>();
  state: InstanceState;

  constructor(graph: Graph, before: InstanceState, by: string, { now, directory }: DecideContext) {
    this.graph = graph;
    this.by = by;
    this.now = now;
    this.state = before;
    this.directory = new DirectoryReader(directory, before.tenantId);
  }

  get events(): readonly InstanceEvent[] {
    return this.#events;
  }

  /** Adds an event and applies it. */
  emit(body: EventBody<InstanceEvent>): void {
    const event = { by: this.by, at: this.now, ...body } as InstanceEvent;
    this.#events.push(event);
    this.state = evolve(this.state, event);
  }

  /** Closes the open tasks of a run without a decision of their assignees. */
  closeOpenTasks(
    run: StepRun,
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

  /** Closes the active runs, of all steps or of some. */
  closeActiveRuns(taskStatus: 'cancelled' | 'expired', action: TaskAction, steps?: ReadonlySet<string>): void {
    for (const run of this.state.runs) {
      if (run.status !== 'active' || (steps !== undefined && !steps.has(run.nodeId))) continue;
      this.closeOpenTasks(run, taskStatus, action);
      this.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: 'cancelled' });
    }
  }
}

/** When a task is due that a step allows so many hours. */
export function dueAt(now: string, dueHours: number | undefined): string | null {
  return dueHours === undefined ? null : new Date(Date.parse(now) + dueHours * 3_600_000).toISOString();
}
