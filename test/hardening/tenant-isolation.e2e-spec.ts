import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import type { Operation } from '../../src/openapi/operation.js';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

/** What the other tenant has, and what the intruder tries to reach it with. */
interface Foreign {
  readonly notificationId: string;
  readonly userId: string;
  readonly undoToken: string;
  readonly position: string;
}

/** One attempt of the intruder: path parameters, query and body filled with ids. */
interface Attempt {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The same request with ids that nobody has must be answered with the same words. */
  readonly comparesWithUnknown?: boolean;
}

const byId = ({ notificationId }: Foreign): Attempt => ({ params: { id: notificationId }, comparesWithUnknown: true });
const stream = ({ position }: Foreign): Attempt => ({ headers: { 'Last-Event-ID': position, Accept: '*/*' } });
const none = (): Attempt => ({});

/**
 * How the intruder calls every operation of the API with the other tenant's ids. An operation without an entry fails the
 * suite: whoever adds a route says here how a stranger would use it.
 */
const ATTEMPTS: Readonly<Record<string, (foreign: Foreign) => Attempt>> = {
  'notifications.send': ({ userId }) => ({
    body: { to: { users: [userId] }, title: 'from a stranger', tenant_id: 'victim', tenantId: 'victim' },
  }),
  'notifications.list': none,
  'notifications.counts': none,
  'notifications.unreadCount': none,
  'notifications.readMany': ({ notificationId }) => ({ body: { ids: [notificationId] }, comparesWithUnknown: true }),
  'notifications.readAll': () => ({ body: {} }),
  'notifications.undo': ({ undoToken }) => ({ body: { undoToken }, comparesWithUnknown: true }),
  'notifications.revoke': byId,
  'notifications.get': byId,
  'notifications.putRead': byId,
  'notifications.snooze': (foreign) => ({ ...byId(foreign), body: { until: inOneDay() } }),
  'notifications.read': byId,
  'notifications.unread': byId,
  'notifications.seen': byId,
  'notifications.archive': byId,
  'notifications.unarchive': byId,
  'notifications.unsnooze': byId,
  'notifications.ack': byId,
  'notifications.delete': byId,
  'sse.stream': stream,
  'sse.issueTicket': none,
  'sse.send': ({ userId }) => ({ body: { target: { user: userId }, event: 'stranger', data: 'x', durable: true } }),
  'sse.stats': () => ({ query: { scope: 'tenant' } }),
  'sse.onlineUsers': none,
  'sse.onlineUser': ({ userId }) => ({ params: { userId } }),
  'demo.people': none,
  'demo.signIn': () => ({ body: { userId: 'beta.buyer', tenantId: 'victim' } }),
  'demo.signOut': none,
  'health.live': none,
  'health.ready': none,
  'health.metrics': none,
  'docs.openapi': none,
  'docs.page': none,
  'docs.style': none,
  'alias.sse.stream': stream,
  'alias.api.v1.notifications.stream': stream,
  'alias.events': stream,
  'alias.stream': stream,
  'alias.api.events': stream,
  'alias.realtime.events': stream,
  'alias.debug.sse.stats': none,
};

const VICTIM = 'victim';
const INTRUDER = 'intruder';
/** Stands in every text of the victim; nowhere in an answer to the intruder. */
const CANARY = 'canary-7d41';

const operations = serviceOperations({ demo: true }).flatMap((group) => group.operations);

describe('tenants never mix', () => {
  let database: TestDatabase;
  let service: Service;
  let victimToken: string;
  let intruderToken: string;
  let victimStream: StreamReader;
  let foreign: Foreign;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
    });
    const userId = `user-${CANARY}`;
    victimToken = await signToken({ tenant: VICTIM, user: userId, roles: ['admin'] });
    // The same user id, the same role, in another tenant: only the tenant differs.
    intruderToken = await signToken({ tenant: INTRUDER, user: userId, roles: ['admin'] });
    victimStream = await openStream(service.url, { token: victimToken });
    const sent = await call(`${service.url}/api/v1/notifications`, {
      token: victimToken,
      body: { to: { users: [userId] }, title: `title ${CANARY}`, content: `content ${CANARY}`, requiresAck: true },
    });
    const marked = await call(`${service.url}/api/v1/notifications/read-all`, { token: victimToken, body: {} });
    await victimStream.until(({ event }) => event === 'notification.created');
    foreign = {
      notificationId: sent.body.id,
      userId,
      undoToken: marked.body.undoToken,
      position: victimStream.position() ?? '',
    };
  }, 60_000);
  afterAll(async () => {
    await victimStream?.close();
    await service?.stop();
    await database?.drop();
  });

  it('says for every operation of the API how a stranger would try it', () => {
    expect(Object.keys(ATTEMPTS).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s shows and changes nothing of another tenant',
    async (id, operation) => {
      const before = await stateOfVictim();
      const framesBefore = framesOfVictim();
      const attempt = ATTEMPTS[id]?.(foreign) ?? {};
      const answer = await send(operation, attempt, intruderToken);

      // Its own user id is all that the intruder may read back: it is its own too.
      expect(withoutOwnName(answer)).not.toContain(CANARY);
      expect(withoutOwnName(answer)).not.toContain(`"${VICTIM}"`);
      expect(answer.status).toBeLessThan(500);
      if (attempt.comparesWithUnknown) {
        const unknown = await send(operation, ATTEMPTS[id]?.(unknownIds()) ?? {}, intruderToken);
        expect([answer.status, comparable(answer)]).toEqual([unknown.status, comparable(unknown)]);
      }
      expect(await stateOfVictim()).toEqual(before);
      expect(framesOfVictim()).toEqual(framesBefore);
    },
  );

  it('lets the victim still see its own, so that the walk proved something', async () => {
    const list = await call(`${service.url}/api/v1/notifications?state=all`, { token: victimToken });
    expect(JSON.stringify(list.body)).toContain(CANARY);
    const undone = await call(`${service.url}/api/v1/notifications/undo`, {
      token: victimToken,
      body: { undoToken: foreign.undoToken },
    });
    expect(undone.status).toBe(200);
  });

  it('ends a foreign cursor in a resync, without one event of its tenant', async () => {
    const reader = await openStream(service.url, { token: intruderToken, lastEventId: foreign.position });
    await reader.until(({ event }) => event === 'resync');
    await reader.close();
    const connected = JSON.parse(reader.of('connected')[0]?.data ?? '{}');
    expect([connected.resume, reader.of('connected')[0]?.id]).toEqual(['reset', undefined]);
    expect(reader.of('notification.created').filter(({ data }) => data.includes(CANARY))).toEqual([]);
  });

  async function send(operation: Operation, attempt: Attempt, token: string): Promise<Answer> {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => attempt.params?.[name] ?? '');
    const url = new URL(path, service.url);
    for (const [name, value] of Object.entries({ tenant_id: VICTIM, tenantId: VICTIM, ...attempt.query })) {
      // The list refuses parameters that it does not know; elsewhere the tenant in a query must mean nothing.
      url.searchParams.set(name, value);
    }
    const isStream = Object.values(operation.answers).some(({ mediaType }) => mediaType === 'text/event-stream');
    const headers = { 'X-Tenant-Id': VICTIM, ...attempt.headers };
    if (isStream) return firstOfStream(url, token, headers);
    return call(url.href, {
      method: operation.method.toUpperCase(),
      token,
      headers,
      ...(attempt.body === undefined ? {} : { body: attempt.body }),
    });
  }

  /** A stream does not end by itself: what came within a moment is its answer. */
  async function firstOfStream(url: URL, token: string, headers: Record<string, string>): Promise<Answer> {
    const abort = new AbortController();
    const response = await fetch(url, {
      headers: { ...headers, Authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    const timer = setTimeout(() => abort.abort(), 300);
    let body = '';
    try {
      for await (const chunk of response.body ?? []) body += Buffer.from(chunk as Uint8Array).toString();
    } catch {
      // Our own end of it.
    }
    clearTimeout(timer);
    return { status: response.status, headers: response.headers, body };
  }

  async function stateOfVictim(): Promise<unknown> {
    const [list, counts] = await Promise.all([
      call(`${service.url}/api/v1/notifications?state=all`, { token: victimToken }),
      call(`${service.url}/api/v1/notifications/counts`, { token: victimToken }),
    ]);
    return { list: list.body, counts: counts.body };
  }

  function framesOfVictim(): readonly string[] {
    return victimStream
      .events()
      .filter(({ event }) => !['heartbeat', 'cursor', 'notification.counts'].includes(event))
      .map(({ event, data }) => `${event} ${data}`);
  }

  function withoutOwnName(answer: Answer): string {
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return text.replaceAll(`user-${CANARY}`, 'self');
  }

  function comparable(answer: Answer): unknown {
    if (typeof answer.body !== 'object' || answer.body === null) return answer.body;
    const { requestId: _differs, ...rest } = answer.body as Record<string, unknown>;
    return rest;
  }

  function unknownIds(): Foreign {
    return { notificationId: randomUUID(), userId: 'nobody', undoToken: randomUUID(), position: 'aaaaaaaa.1' };
  }
});

function inOneDay(): string {
  return new Date(Date.now() + 86_400_000).toISOString();
}
