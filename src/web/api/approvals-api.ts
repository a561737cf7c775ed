import type { ApiClient } from './api-client.js';
import type {
  ApprovalTask,
  Diagram,
  FormData,
  HistoryCheck,
  HistoryEntry,
  ProcessInstance,
  ProcessWithGraph,
  Process,
  TaskActions,
} from './approval.js';
import type { Page } from './notification.js';

const TASKS = 'api/v1/approval-tasks';
const INSTANCES = 'api/v1/process-instances';
/** The largest page that the service returns. */
const PAGE_LIMIT = 100;

/** One click on a button. A repeated click with the same key is the same request. */
export interface Attempt {
  readonly idempotencyKey: string;
  /** Revision that the page shows. */
  readonly ifRevision?: number;
}

/** A verb of a task with its fields. */
export type TaskCommand =
  | { readonly verb: 'approve'; readonly comment: string; readonly formPatch?: FormData }
  | { readonly verb: 'reject' | 'resolve'; readonly comment: string }
  | { readonly verb: 'transfer' | 'delegate'; readonly comment: string; readonly toUserId: string }
  | { readonly verb: 'return'; readonly comment: string; readonly to: string };

/** The approval routes that the pages use. */
export class ApprovalsApi {
  constructor(private readonly client: ApiClient) {}

  /** Tasks that wait for the reader, newest first. */
  myTasks(limit: number, cursor?: string): Promise<Page<ApprovalTask>> {
    return this.client.request('GET', `${TASKS}/my-tasks`, { query: { limit, cursor } });
  }

  /** Tasks that the reader has decided. */
  doneTasks(limit: number, cursor?: string): Promise<Page<ApprovalTask>> {
    return this.client.request('GET', `${TASKS}/done`, { query: { limit, cursor } });
  }

  /** The reader's own requests. */
  myApplications(limit: number, cursor?: string): Promise<Page<ProcessInstance>> {
    return this.client.request('GET', `${INSTANCES}/my-applications`, { query: { limit, cursor } });
  }

  /** Requests that the reader was copied on. */
  copies(limit: number, cursor?: string): Promise<Page<ProcessInstance>> {
    return this.client.request('GET', `${TASKS}/cc`, { query: { limit, cursor } });
  }

  async countMyTasks(): Promise<number> {
    return (await this.client.request<{ readonly count: number }>('GET', `${TASKS}/my-tasks/count`)).count;
  }

  task(id: string): Promise<ApprovalTask> {
    return this.client.request('GET', `${TASKS}/${encodeURIComponent(id)}`);
  }

  actions(taskId: string): Promise<TaskActions> {
    return this.client.request('GET', `${TASKS}/${encodeURIComponent(taskId)}/actions`);
  }

  instance(id: string): Promise<ProcessInstance> {
    return this.client.request('GET', `${INSTANCES}/${encodeURIComponent(id)}`);
  }

  async tasksOf(instanceId: string): Promise<readonly ApprovalTask[]> {
    return (
      await this.client.request<Page<ApprovalTask>>('GET', `${INSTANCES}/${encodeURIComponent(instanceId)}/tasks`)
    ).items;
  }

  diagram(instanceId: string): Promise<Diagram> {
    return this.client.request('GET', `${INSTANCES}/${encodeURIComponent(instanceId)}/diagram`);
  }

  /** The history from its start, at most `maxPages` pages of 100 entries. */
  async history(instanceId: string, maxPages = 10): Promise<Page<HistoryEntry>> {
    const items: HistoryEntry[] = [];
    let page: Page<HistoryEntry> = { items: [], nextCursor: null, hasMore: true };
    for (let count = 0; page.hasMore && count < maxPages; count++) {
      page = await this.client.request('GET', `${INSTANCES}/${encodeURIComponent(instanceId)}/history`, {
        query: { limit: PAGE_LIMIT, cursor: page.nextCursor ?? undefined },
      });
      items.push(...page.items);
    }
    return { ...page, items };
  }

  verify(instanceId: string): Promise<HistoryCheck> {
    return this.client.request('GET', `${INSTANCES}/${encodeURIComponent(instanceId)}/verify`);
  }

  process(id: string): Promise<ProcessWithGraph> {
    return this.client.request('GET', `api/v1/processes/${encodeURIComponent(id)}`);
  }

  /** The process with a code, or null. */
  async processByCode(code: string): Promise<ProcessWithGraph | null> {
    const page = await this.client.request<Page<Process>>('GET', 'api/v1/processes', { query: { code } });
    const [found] = page.items;
    return found === undefined ? null : this.process(found.id);
  }

  async decide(taskId: string, command: TaskCommand, attempt: Attempt): Promise<void> {
    const { verb, comment, ...rest } = command;
    await this.client.request('POST', `${TASKS}/${encodeURIComponent(taskId)}/${verb}`, {
      body: { ...rest, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) },
      ...attempt,
    });
  }

  async withdraw(instanceId: string, reason: string, attempt: Attempt): Promise<void> {
    const body = reason.trim() === '' ? {} : { reason: reason.trim() };
    await this.client.request('POST', `${INSTANCES}/${encodeURIComponent(instanceId)}/withdraw`, { body, ...attempt });
  }

  async cancel(instanceId: string, reason: string, attempt: Attempt): Promise<void> {
    const body = { reason: reason.trim() };
    await this.client.request('POST', `${INSTANCES}/${encodeURIComponent(instanceId)}/cancel`, { body, ...attempt });
  }

  async resubmit(instanceId: string, formData: FormData, comment: string, attempt: Attempt): Promise<void> {
    const body = { formData, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) };
    await this.client.request('POST', `${INSTANCES}/${encodeURIComponent(instanceId)}/resubmit`, { body, ...attempt });
  }

  async comment(instanceId: string, comment: string, attempt: Attempt): Promise<void> {
    const body = { comment: comment.trim() };
    await this.client.request('POST', `${INSTANCES}/${encodeURIComponent(instanceId)}/comment`, { body, ...attempt });
  }
}
