import type {
  ApprovalTask,
  Diagram,
  HistoryCheck,
  HistoryEntry,
  ProcessInstance,
  ProcessWithGraph,
  TaskActions,
} from '../api/approval.js';
import type { ApprovalsApi } from '../api/approvals-api.js';
import { asProblem } from '../api/problem.js';
import type { ApiProblem } from '../api/problem.js';
import { Observed } from '../reactive/observed.js';
import { SingleFlight } from '../api/single-flight.js';

/** Which request is opened, by which of its ids. */
export interface CaseAddress {
  readonly kind: 'tasks' | 'instances';
  readonly id: string;
}

/** Everything about one request, as of one moment. */
export interface Case {
  readonly instance: ProcessInstance;
  readonly tasks: readonly ApprovalTask[];
  readonly diagram: Diagram;
  readonly history: readonly HistoryEntry[];
  /** Whether rows of the history are left out because there are too many. */
  readonly historyIsCut: boolean;
  readonly check: HistoryCheck | null;
  /** Null where the process is not shown to the reader any more. */
  readonly process: ProcessWithGraph | null;
  /** The opened task, or the reader's own open one. */
  readonly task: ApprovalTask | null;
  readonly actions: TaskActions | null;
}

/** The opened request: fetched as a whole, and again whenever it was touched. What is shown stays until the answer. */
export class CaseFile extends Observed {
  #shown: Case | null = null;
  #problem: ApiProblem | null = null;
  #isClosed = false;
  readonly #fetching = new SingleFlight(() => this.#fetch());

  constructor(
    private readonly api: ApprovalsApi,
    readonly address: CaseAddress,
    private readonly userId: string,
  ) {
    super();
  }

  get shown(): Case | null {
    return this.#shown;
  }

  /** Why the latest fetch failed; what was fetched before is still shown. */
  get problem(): ApiProblem | null {
    return this.#problem;
  }

  /** Fetches everything anew. Never throws: see {@link problem}. */
  refresh(): Promise<void> {
    return this.#fetching.run();
  }

  /** An answer that is still on its way changes nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  async #fetch(): Promise<void> {
    try {
      const shown = await this.#read();
      if (this.#isClosed) return;
      this.#shown = shown;
      this.#problem = null;
    } catch (fault) {
      if (this.#isClosed) return;
      this.#problem = asProblem(fault);
    }
    this.changed();
  }

  async #read(): Promise<Case> {
    const { kind, id } = this.address;
    const opened = kind === 'tasks' ? await this.api.task(id) : null;
    const instanceId = opened?.instanceId ?? id;
    const [instance, tasks, diagram, history, check] = await Promise.all([
      this.api.instance(instanceId),
      this.api.tasksOf(instanceId),
      this.api.diagram(instanceId),
      this.api.history(instanceId),
      // The rest is worth showing without it.
      this.api.verify(instanceId).catch(() => null),
    ]);
    const task =
      opened === null
        ? (tasks.find((other) => other.assigneeId === this.userId && other.status === 'pending') ?? null)
        : (tasks.find((other) => other.id === opened.id) ?? opened);
    const [process, actions] = await Promise.all([
      this.#shown?.process ?? this.api.process(instance.processId).catch(() => null),
      task === null ? null : this.api.actions(task.id),
    ]);
    const historyIsCut = history.hasMore;
    return { instance, tasks, diagram, history: history.items, historyIsCut, check, process, task, actions };
  }
}
