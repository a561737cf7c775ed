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
import { SingleFlight } from '../api/single-flight.js';
import { Observed } from '../reactive/observed.js';

/** A request by the id of one of its tasks, or by its own id. */
export interface RequestAddress {
  readonly kind: 'tasks' | 'instances';
  readonly id: string;
}

/** Everything about one request, from one fetch. */
export interface RequestDetails {
  readonly instance: ProcessInstance;
  readonly tasks: readonly ApprovalTask[];
  readonly diagram: Diagram;
  readonly history: readonly HistoryEntry[];
  /** Whether the history has more entries than were fetched. */
  readonly historyIsTruncated: boolean;
  readonly check: HistoryCheck | null;
  /** Null if the reader may no longer see the process. */
  readonly process: ProcessWithGraph | null;
  /** The task in the address, else the reader's own open task. */
  readonly task: ApprovalTask | null;
  readonly actions: TaskActions | null;
}

/** The opened request. It is fetched as a whole, and again after each change. The old data stays until the new arrives. */
export class RequestStore extends Observed {
  #shown: RequestDetails | null = null;
  #problem: ApiProblem | null = null;
  #isClosed = false;
  readonly #fetching = new SingleFlight(() => this.#fetch());

  constructor(
    private readonly api: ApprovalsApi,
    readonly address: RequestAddress,
    private readonly userId: string,
  ) {
    super();
  }

  get shown(): RequestDetails | null {
    return this.#shown;
  }

  /** Why the latest fetch failed. Earlier data is still shown. */
  get problem(): ApiProblem | null {
    return this.#problem;
  }

  /** Fetches everything again. Never throws: see {@link problem}. */
  refresh(): Promise<void> {
    return this.#fetching.run();
  }

  /** Ignores responses that are still pending. */
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

  async #read(): Promise<RequestDetails> {
    const { kind, id } = this.address;
    const opened = kind === 'tasks' ? await this.api.task(id) : null;
    const instanceId = opened?.instanceId ?? id;
    const [instance, tasks, diagram, history, check] = await Promise.all([
      this.api.instance(instanceId),
      this.api.tasksOf(instanceId),
      this.api.diagram(instanceId),
      this.api.history(instanceId),
      // The request is worth showing without the check.
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
    const historyIsTruncated = history.hasMore;
    return { instance, tasks, diagram, history: history.items, historyIsTruncated, check, process, task, actions };
  }
}
