import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import type { Operation } from '../../src/openapi/operation.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const operations = serviceOperations({ demo: true }).flatMap((group) => group.operations);
const isStream = ({ answers }: Operation): boolean =>
  Object.values(answers).some(({ mediaType }) => mediaType === 'text/event-stream');

describe('the OpenAPI document', () => {
  let database: TestDatabase;
  let service: Service;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
    token = await signToken({ tenant: 'acme', user: 'acme.manager', roles: ['admin'] });
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  it('is served, with every operation', async () => {
    const { status, body } = await call(`${service.url}/api/v1/openapi.json`);
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    const served = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(served.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it.each(
    operations.filter((operation) => !isStream(operation)).map((operation) => [operation.id, operation] as const),
  )('%s takes its example and answers as described', async (id, operation) => {
    const own = await ownNotification(operation);
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const example = operation.parameters?.find((parameter) => parameter.name === name)?.example;
      return name === 'id' ? own.id : String(example);
    });
    const answer = await call(service.url + path, {
      method: operation.method.toUpperCase(),
      ...(operation.access === 'public' ? {} : { token }),
      ...(operation.body ? { body: await bodyOf(id, operation) } : {}),
    });
    const [status = '', described] = Object.entries(operation.answers)[0] ?? [];
    expect([answer.status, answer.status >= 400 ? answer.body : undefined]).toEqual([Number(status), undefined]);
    expect(described?.schema?.safeParse(answer.body).error?.issues ?? []).toEqual([]);
    if (described?.schema === undefined) expect(answer.body).toBe('');
  });

  /** Something that the operation can act on: archived, snoozed or waiting for its acknowledgement, as it needs. */
  async function ownNotification({ id, path }: Operation): Promise<{ readonly id: string }> {
    if (!path.includes('{id}')) return { id: '' };
    const requiresAck = id === 'notifications.ack';
    const sent = await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: ['acme.manager'] }, title: id, requiresAck },
    });
    return sent.body;
  }

  /** The documented example, but for what a document cannot know: a moment ahead of now, a token that was handed out. */
  async function bodyOf(id: string, operation: Operation): Promise<unknown> {
    if (id === 'notifications.snooze') return { until: new Date(Date.now() + 3_600_000).toISOString() };
    if (id !== 'notifications.undo') return operation.body?.example;
    const marked = await call(`${service.url}/api/v1/notifications/read-all`, { token, body: {} });
    return { undoToken: marked.body.undoToken };
  }
});
