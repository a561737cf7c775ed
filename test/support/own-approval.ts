import { randomUUID } from 'node:crypto';
import { call, type Answer } from './http.js';

/** An instance with its process and its one open task, made over HTTP. */
export interface OwnApproval {
  readonly processId: string;
  readonly code: string;
  readonly instanceId: string;
  readonly taskId: string;
  readonly businessId: string;
}

/** Options of {@link ownApproval}. */
export interface OwnApprovalOptions {
  readonly url: string;
  /** A token with `approval:define`; its person becomes the applicant. */
  readonly token: string;
  /** The assignees; they are added to the directory. */
  readonly users: readonly string[];
  /** Part of every text. */
  readonly text?: string;
  readonly status?: 'running' | 'draft';
}

/** Makes people, a process for them, and an instance that waits for them. @throws Error when the service refuses */
export async function ownApproval(options: OwnApprovalOptions): Promise<OwnApproval> {
  const { url, token, users, text = 'own', status = 'running' } = options;
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
    const answer = await call(`${url}/api/v1${path}`, { method, token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const user of users) {
    await ask('PUT', `/directory/people/${user}`, { name: user, roles: [], departmentIds: [], active: true });
  }
  const code = `own-${randomUUID()}`;
  const process = await ask('POST', '/processes', ownDefinition(code, users, text));
  const businessId = randomUUID();
  const instance = await ask('POST', '/process-instances', {
    code,
    title: `title ${text}`,
    businessType: 'case',
    businessId,
    formData: { note: `note ${text}` },
    draft: status === 'draft',
  });
  const tasks = await ask('GET', `/process-instances/${instance.id}/tasks`);
  return { processId: process.id, code, instanceId: instance.id, taskId: tasks.items[0]?.id ?? '', businessId };
}

/** A process in which one of these people decides, possibly the applicant. */
export function ownDefinition(code: string, users: readonly string[], text: string): object {
  return {
    code,
    name: `name ${text}`,
    formSchema: { type: 'object', properties: { note: { type: 'string' }, price: { type: 'number' } } },
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'check', type: 'approve', assignees: [{ type: 'user', users }], selfApproval: 'allow' },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'check' },
      { from: 'check', to: 'end' },
    ],
  };
}
