import { randomUUID } from 'node:crypto';
import { call, type Answer } from './http.js';

/** A request with its process and its one open task, made over HTTP. */
export interface OwnApproval {
  readonly processId: string;
  readonly code: string;
  readonly instanceId: string;
  readonly taskId: string;
  readonly businessId: string;
}

/** What it is to be like. */
export interface OwnApprovalOptions {
  readonly url: string;
  /** Somebody who may define processes; becomes the applicant. */
  readonly token: string;
  /** Who has to decide; each is made known to the directory. */
  readonly users: readonly string[];
  /** Stands in every text. */
  readonly text?: string;
  readonly status?: 'running' | 'draft';
}

/** Makes people, a process for them, and a request that waits for them. @throws Error when the service refuses. */
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

/** A process in which these people may decide, one of them, the applicant included. */
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
