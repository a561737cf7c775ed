import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import type { Operation } from '../../src/openapi/description/operation.js';
import { call } from '../support/http.js';
import { ownApproval } from '../support/own-approval.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const operations = serviceOperations({ demo: true }).flatMap((group) => group.operations);
const isStream = ({ answers }: Operation): boolean =>
  Object.values(answers).some(({ mediaType }) => mediaType === 'text/event-stream');

describe('OpenAPI document', () => {
  let database: TestDatabase;
  let service: Service;
  let token: string;
  const streams: StreamReader[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      DEMO_COMPANY: 'true',
    });
    token = await signToken({ tenant: 'acme', user: 'acme.manager', roles: ['admin'], topics: ['doc:**'] });
  });
  afterAll(async () => {
    await Promise.all(streams.map((stream) => stream.close()));
    await service?.stop();
    await database?.drop();
  });

  it('is served with every operation', async () => {
    const { status, body } = await call(`${service.url}/api/v1/openapi.json`);
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    const served = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(served.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it.each(
    operations.filter((operation) => !isStream(operation)).map((operation) => [operation.id, operation] as const),
  )(
    'describes %s, which accepts its example, returns the described response, and replays it',
    async (id, operation) => {
      const own = await ownFor(operation);
      const drafts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        'orders.submit': { orderId: await draft(id, 'purchase-orders', { supplier: 'Kestrel Tools', amount: 900 }) },
        'leave.submit': {
          leaveId: await draft(id, 'leave-requests', { kind: 'sick', from: '2027-01-04', to: '2027-01-04' }),
        },
      };
      const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const example = operation.parameters?.find((parameter) => parameter.name === name)?.example;
        return drafts[id]?.[name] ?? (own as unknown as Readonly<Record<string, string>>)[name] ?? String(example);
      });
      const takesKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true;
      const request = {
        method: operation.method.toUpperCase(),
        ...(operation.access === 'public' ? {} : { token }),
        ...(takesKey ? { headers: { 'Idempotency-Key': randomUUID() } } : {}),
        ...(operation.body ? { body: { ...((await bodyOf(id, operation)) as object), ...own.body } } : {}),
      };
      const answer = await call(service.url + path, request);
      const [status = '', described] = Object.entries(operation.answers)[0] ?? [];
      expect([answer.status, answer.status >= 400 ? answer.body : undefined]).toEqual([Number(status), undefined]);
      expect(described?.schema?.safeParse(answer.body).error?.issues ?? []).toEqual([]);
      if (described?.schema === undefined) expect(answer.body).toBe('');
      if (!takesKey) return;
      const again = await call(service.url + path, request);
      expect([again.status, again.body]).toEqual([answer.status, answer.body]);
      // A batch stores one response per task.
      if (id !== 'approvals.batch') expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    },
  );

  function ownFor(operation: Operation): ReturnType<typeof ownOfApprovals> {
    if (operation.id.startsWith('approvals.')) return ownOfApprovals(operation);
    return operation.path.includes('{connectionId}') ? ownConnection() : ownNotification(operation);
  }

  /** Opens a stream, which lasts until the suite or the operation ends it. */
  async function ownConnection(): Promise<{ readonly id: string; readonly connectionId: string }> {
    const stream = await openStream(service.url, { token });
    streams.push(stream);
    const { data } = await stream.until(({ event }) => event === 'connected');
    const { connectionId } = JSON.parse(data) as { connectionId: string };
    return { id: '', connectionId };
  }

  /** Creates a document that has not been submitted. */
  async function draft(id: string, kind: string, body: unknown): Promise<string> {
    if (id !== 'orders.submit' && id !== 'leave.submit') return '';
    return (await call(`${service.url}/api/v1/${kind}`, { token, body })).body.id;
  }

  /** Creates a notification that the operation can act on. */
  async function ownNotification({ id, path }: Operation): Promise<{ readonly id: string; readonly body?: object }> {
    if (!path.includes('{id}')) return { id: '' };
    const requiresAck = id === 'notifications.ack';
    const sent = await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: ['acme.manager'] }, title: id, requiresAck },
    });
    return sent.body;
  }

  /** Creates a process, a request or a task that the operation can act on, with the values that the example cannot contain. */
  async function ownOfApprovals({
    id,
    path,
  }: Operation): Promise<{ readonly id: string; readonly body?: object; readonly [name: string]: unknown }> {
    const status = id === 'approvals.submit' ? 'draft' : 'running';
    const users = ['acme.manager', 'acme.finance'];
    await call(`${service.url}/api/v1/directory/people/acme.hr`, {
      method: 'PUT',
      token,
      body: { name: 'HR', roles: ['hr'], departmentIds: [], active: true },
    });
    const own = await ownApproval({ url: service.url, token, users, status });
    const api = `${service.url}/api/v1`;
    if (id === 'approvals.deleteProcess') {
      await call(`${api}/process-instances/${own.instanceId}/cancel`, { token, body: { reason: 'so that it can go' } });
    }
    if (id === 'approvals.publishVersion') {
      const body = { ...ownDraft(own.code), publish: false };
      await call(`${api}/processes/${own.processId}/versions`, { token, body });
      return { id: own.processId, version: '2' };
    }
    if (id === 'approvals.resubmit') {
      await call(`${api}/approval-tasks/${own.taskId}/return`, { token, body: { to: 'START' } });
    }
    if (id === 'approvals.task.resolve') {
      await call(`${api}/approval-tasks/${own.taskId}/delegate`, { token, body: { toUserId: 'acme.hr' } });
    }
    if (id === 'approvals.byBusiness') return { id: '', type: 'case', businessId: own.businessId };
    if (path.startsWith('/api/v1/processes')) {
      return {
        id: own.processId,
        body: ['replaceProcess', 'addVersion'].some((name) => id.endsWith(name)) ? { code: own.code } : {},
      };
    }
    return { id: path.startsWith('/api/v1/approval-tasks') ? own.taskId : own.instanceId };
  }

  function ownDraft(code: string): object {
    const create = operations.find(({ id }) => id === 'approvals.createProcess');
    return { ...(create?.body?.example as object), code };
  }

  /** The documented example, except for values that it cannot contain: a future time, an issued token. */
  async function bodyOf(id: string, operation: Operation): Promise<unknown> {
    if (id === 'notifications.snooze') return { until: new Date(Date.now() + 3_600_000).toISOString() };
    if (id !== 'notifications.undo') return operation.body?.example;
    const marked = await call(`${service.url}/api/v1/notifications/read-all`, { token, body: {} });
    return { undoToken: marked.body.undoToken };
  }
});
