import type { ApprovalsApi } from '../api/approvals-api.js';
import { asProblem } from '../api/problem.js';
import { Observed } from '../reactive/observed.js';

/** Data of `approval.tasks.count`. */
export interface TasksCount {
  readonly pending: number;
  readonly overdue: number;
  /** Of two counts the one with the greater number is the newer. */
  readonly rev: string;
}

/**
 * How many tasks wait for the reader: pushed by the service, fetched after each connect. Also knows whether the service
 * has approvals at all: a host without them answers 404, and then nothing about them is shown.
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

  /** Whether this service has approvals; null until it has said so. */
  get isOffered(): boolean | null {
    return this.#isOffered;
  }

  /** A pushed count; one that is older than what is shown is ignored. */
  accept(count: TasksCount): void {
    const rev = BigInt(count.rev);
    if (rev < this.#rev) return;
    this.#rev = rev;
    this.#set(count.pending, count.overdue);
  }

  /** Asks, in case the pushed count was lost or the service does not push. Never throws. */
  async refresh(): Promise<void> {
    const before = this.#rev;
    try {
      const pending = await this.api.countMyTasks();
      // A count that was pushed meanwhile is newer than this answer may be.
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
    // A 404 is the word of the routes themselves, which the pages need.
    this.#isOffered ??= true;
    this.changed();
  }
}
