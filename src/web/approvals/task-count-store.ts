import type { ApprovalsApi } from '../api/approvals-api.js';
import { asProblem } from '../api/problem.js';
import { Observed } from '../reactive/observed.js';

/** Data of `approval.tasks.count`. */
export interface TasksCount {
  readonly pending: number;
  readonly overdue: number;
  /** Increases with each count. */
  readonly rev: string;
}

/**
 * The number of pending tasks: pushed by the service, and fetched after each connect. It also knows whether the service
 * offers approvals. A host without them responds with 404, and the pages then hide them.
 */
export class TaskCountStore extends Observed {
  #pending = 0;
  #overdue = 0;
  #rev = -1n;
  #isOffered: boolean | null = null;

  constructor(private readonly api: ApprovalsApi) {
    super();
  }

  get pending(): number {
    return this.#pending;
  }

  get overdue(): number {
    return this.#overdue;
  }

  /** Whether the service offers approvals, or null while unknown. */
  get isOffered(): boolean | null {
    return this.#isOffered;
  }

  /** Takes a pushed count. An older one than the current count is ignored. */
  accept(count: TasksCount): void {
    const rev = BigInt(count.rev);
    if (rev < this.#rev) return;
    this.#rev = rev;
    this.#set(count.pending, count.overdue);
  }

  /** Fetches the count, in case a pushed one was lost or the service does not push. Never throws. */
  async refresh(): Promise<void> {
    const before = this.#rev;
    try {
      const pending = await this.api.countMyTasks();
      // A count that was pushed during the fetch may be newer than this response.
      this.#isOffered = true;
      if (this.#rev === before) this.#set(pending, this.#overdue);
      else this.changed();
    } catch (fault) {
      if (asProblem(fault).status !== 404) return;
      this.#isOffered = false;
      this.changed();
    }
  }

  #set(pending: number, overdue: number): void {
    this.#pending = pending;
    this.#overdue = Math.min(overdue, pending);
    // A pushed count does not overrule a 404: the pages need the routes.
    this.#isOffered ??= true;
    this.changed();
  }
}
