import type { ApprovalTask, ProcessInstance } from '../api/approval.js';
import type { ApprovalsApi } from '../api/approvals-api.js';
import { Observed } from '../reactive/observed.js';
import type { EventStream } from '../stream/event-stream.js';
import type { Connected } from '../stream/stream-state.js';
import { PagedList } from './paged-list.js';
import { TaskCountStore } from './task-count-store.js';
import type { TasksCount } from './task-count-store.js';

/** Durable types of approvals.md "Events", and the event for a changed directory. */
export const APPROVAL_DURABLE_TYPES = [
  'approval.task.created',
  'approval.task.updated',
  'approval.task.closed',
  'approval.instance.updated',
  'directory.changed',
] as const;
export const APPROVAL_EPHEMERAL_TYPES = ['approval.tasks.count'] as const;

/** The lists of the page. */
export type ApprovalTab = 'pending' | 'done' | 'mine' | 'cc';
export const APPROVAL_TABS = ['pending', 'mine', 'done', 'cc'] as const;

/** A change of the directory reaches everyone at once. The jitter keeps them from fetching at once. */
const SHARED_JITTER_MS = 5_000;

/**
 * The approvals of one person: the task count and the lists. State is fetched after `connected` or `resync`, never
 * before, so that no event is missed between the fetch and the stream. Events only say what to fetch.
 */
export class ApprovalCenter extends Observed {
  readonly count: TaskCountStore;
  readonly pending: PagedList<ApprovalTask>;
  readonly done: PagedList<ApprovalTask>;
  readonly mine: PagedList<ProcessInstance>;
  readonly cc: PagedList<ProcessInstance>;
  readonly #touched = new Set<(instanceId: string | null) => void>();
  /** Lists that were opened. The others are fetched when they are opened. */
  readonly #opened = new Set<ApprovalTab>();
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly api: ApprovalsApi,
    private readonly random: () => number = Math.random,
  ) {
    super();
    this.count = new TaskCountStore(api);
    this.pending = new PagedList((limit, cursor) => api.myTasks(limit, cursor));
    this.done = new PagedList((limit, cursor) => api.doneTasks(limit, cursor));
    this.mine = new PagedList((limit, cursor) => api.myApplications(limit, cursor));
    this.cc = new PagedList((limit, cursor) => api.copies(limit, cursor));
  }

  /**
   * Calls `listener` with the id of each request that changed, or with null if any may have changed.
   * @returns the function that unsubscribes.
   */
  onTouched(listener: (instanceId: string | null) => void): () => void {
    this.#touched.add(listener);
    return () => this.#touched.delete(listener);
  }

  /** Fetches a list and keeps it current from now on. */
  async open(tab: ApprovalTab): Promise<void> {
    this.#opened.add(tab);
    await this[tab].refresh();
  }

  /** @returns the function that detaches it. */
  attach(stream: EventStream): () => void {
    const ends = [
      // After "reset" a resync follows at once. Its position is the one to fetch for.
      stream.on('connected', (data) => (data as Connected).resume !== 'reset' && this.#refetch()),
      stream.on('resync', () => this.#refetch()),
      stream.on('approval.tasks.count', (data) => this.count.accept(data as TasksCount)),
      stream.on('approval.task.created', (data) => this.#onTask(data)),
      stream.on('approval.task.updated', (data) => this.#onTask(data)),
      stream.on('approval.task.closed', (data) => this.#onTask(data)),
      stream.on('approval.instance.updated', (data) => {
        this.#refresh('mine', 'cc');
        this.#touch((data as { readonly instanceId: string }).instanceId);
      }),
      stream.on('directory.changed', (data) => this.#onDirectory((data as { readonly userId: string | null }).userId)),
    ];
    return () => {
      for (const end of ends) end();
      clearTimeout(this.#later);
    };
  }

  /** Fetches what the reader's own verb changed, without waiting for its events. */
  refreshAfter(instanceId: string): void {
    this.#refresh('pending', 'done', 'mine');
    this.#touch(instanceId);
  }

  #onTask(data: unknown): void {
    this.#refresh('pending', 'done');
    this.#touch((data as { readonly instanceId: string }).instanceId);
  }

  #onDirectory(userId: string | null): void {
    if (userId !== null) return this.#refetch();
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#refetch(), this.random() * SHARED_JITTER_MS);
  }

  #refetch(): void {
    void this.count.refresh();
    this.#refresh('pending', 'done', 'mine', 'cc');
    this.#touch(null);
  }

  #refresh(...tabs: readonly ApprovalTab[]): void {
    for (const tab of tabs) if (this.#opened.has(tab)) void this[tab].refresh();
  }

  #touch(instanceId: string | null): void {
    for (const listener of this.#touched) listener(instanceId);
  }
}
