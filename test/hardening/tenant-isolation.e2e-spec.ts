import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { serviceOperations } from '../../src/openapi/all-operations.js';
import type { Operation } from '../../src/openapi/description/operation.js';
import { type Answer, call } from '../support/http.js';
import { ownApproval, ownDefinition, type OwnApproval } from '../support/own-approval.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type ReceivedEvent, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

/** The resources of the other tenant, new for each attempt, which the intruder tries to reach. */
interface Foreign extends OwnApproval {
  readonly notificationId: string;
  /** A user of the other tenant who is online. */
  readonly userId: string;
  /** A department in the other tenant's directory. */
  readonly personId: string;
  readonly departmentId: string;
  readonly orderId: string;
  readonly leaveId: string;
  readonly undoToken: string;
  /** The connection id of the other tenant's open stream. */
  readonly connectionId: string;
  /** The position just before the newest event of the other tenant. */
  readonly position: string;
}

/** One attempt of the intruder: path parameters, query and body with foreign ids. */
interface Attempt {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The same request with unknown ids must get the same response. */
  readonly comparesWithUnknown?: boolean;
  /** Members that the response must have, because the intruder has no resources of its own. */
  readonly expects?: Readonly<Record<string, unknown>>;
}

const byId = ({ notificationId }: Foreign): Attempt => ({ params: { id: notificationId }, comparesWithUnknown: true });
const stream = ({ position }: Foreign): Attempt => ({ headers: { 'Last-Event-ID': position, Accept: '*/*' } });
const none = (): Attempt => ({});
const ofProcess = ({ processId }: Foreign): Attempt => ({ params: { id: processId }, comparesWithUnknown: true });
const ofRequest = ({ instanceId }: Foreign): Attempt => ({ params: { id: instanceId }, comparesWithUnknown: true });
const ofTask = ({ taskId }: Foreign): Attempt => ({ params: { id: taskId }, comparesWithUnknown: true });
const strangeProcess = (): object => ownDefinition('from-a-stranger', ['stranger'], 'stranger');
const startForeign = ({ processId }: Foreign): Attempt => ({
  body: { processId, formData: {} },
  comparesWithUnknown: true,
});

/**
 * How the intruder calls every operation of the API with the other tenant's ids. An operation without an entry fails the
 * suite, so a new route must have an attempt here.
 */
const ATTEMPTS: Readonly<Record<string, (foreign: Foreign) => Attempt>> = {
  'notifications.send': ({ userId }) => ({
    body: { to: { users: [userId] }, title: 'from a stranger', tenant_id: 'victim', tenantId: 'victim' },
  }),
  // The list refuses unknown parameters, including names of the tenant; without them it is empty.
  'notifications.list': () => ({ query: { state: 'all' } }),
  'notifications.counts': () => ({ expects: { unread: 0, unseen: 0 } }),
  'notifications.unreadCount': () => ({ expects: { count: 0 } }),
  'notifications.readMany': ({ notificationId }) => ({ body: { ids: [notificationId] }, comparesWithUnknown: true }),
  'notifications.bulk': ({ notificationId }) => ({
    body: { op: 'delete', ids: [notificationId] },
    comparesWithUnknown: true,
  }),
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
  'approvals.createProcess': () => ({ body: { ...strangeProcess(), tenant_id: 'victim', tenantId: 'victim' } }),
  'approvals.listProcesses': none,
  'approvals.getProcess': ofProcess,
  'approvals.replaceProcess': (foreign) => ({ ...ofProcess(foreign), body: strangeProcess() }),
  'approvals.deleteProcess': ofProcess,
  'approvals.enableProcess': ofProcess,
  'approvals.disableProcess': ofProcess,
  'approvals.addVersion': (foreign) => ({ ...ofProcess(foreign), body: strangeProcess() }),
  'approvals.listVersions': ofProcess,
  'approvals.getVersion': ({ processId }) => ({ params: { id: processId, version: '1' }, comparesWithUnknown: true }),
  'approvals.publishVersion': ({ processId }) => ({
    params: { id: processId, version: '1' },
    comparesWithUnknown: true,
  }),
  'approvals.simulate': (foreign) => ({ ...ofProcess(foreign), body: { formData: {} } }),
  'approvals.processDiagram': ofProcess,
  'approvals.processStats': ofProcess,
  'approvals.start': startForeign,
  'approvals.startAlias': startForeign,
  'approvals.listInstances': () => ({ expects: { items: [] } }),
  'approvals.myApplications': () => ({ expects: { items: [] } }),
  'approvals.summary': () => ({ expects: { total: 0 } }),
  'approvals.byBusiness': ({ businessId }) => ({ params: { type: 'case', businessId }, comparesWithUnknown: true }),
  'approvals.getInstance': ofRequest,
  'approvals.submit': ofRequest,
  'approvals.resubmit': ofRequest,
  'approvals.withdraw': ofRequest,
  'approvals.cancel': (foreign) => ({ ...ofRequest(foreign), body: { reason: 'from a stranger' } }),
  'approvals.comment': (foreign) => ({ ...ofRequest(foreign), body: { comment: 'from a stranger' } }),
  'approvals.cc': (foreign) => ({ ...ofRequest(foreign), body: { users: ['stranger'] } }),
  'approvals.history': ofRequest,
  'approvals.tasksOfInstance': ofRequest,
  'approvals.instanceDiagram': ofRequest,
  'approvals.verify': ofRequest,
  'approvals.myTasks': () => ({ query: { status: 'all' }, expects: { items: [] } }),
  'approvals.countMyTasks': () => ({ expects: { count: 0 } }),
  'approvals.doneTasks': () => ({ expects: { items: [] } }),
  'approvals.copies': () => ({ expects: { items: [] } }),
  'approvals.getTask': ofTask,
  'approvals.taskActions': ofTask,
  'approvals.task.approve': ofTask,
  'approvals.task.reject': ofTask,
  'approvals.task.process': (foreign) => ({ ...ofTask(foreign), body: { action: 'approve' } }),
  'approvals.task.transfer': (foreign) => ({ ...ofTask(foreign), body: { toUserId: 'stranger' } }),
  'approvals.task.delegate': (foreign) => ({ ...ofTask(foreign), body: { toUserId: 'stranger' } }),
  'approvals.task.resolve': ofTask,
  'approvals.task.return': ofTask,
  'approvals.batch': ({ taskId }) => ({
    params: { said: taskId },
    body: { taskIds: [taskId], action: 'approve' },
    comparesWithUnknown: true,
  }),
  'sse.stream': stream,
  'sse.issueTicket': none,
  'sse.send': () => ({ body: { target: { tenant: true }, event: 'stranger', data: 'x', durable: true } }),
  // The intruder's token is another user's, even with the same id: it is refused, and the stream continues unchanged.
  'sse.swapToken': ({ connectionId }) => ({ params: { connectionId } }),
  'sse.changeTopics': ({ connectionId }) => ({
    params: { connectionId },
    body: { topics: [] },
    comparesWithUnknown: true,
  }),
  'sse.closeConnection': ({ connectionId }) => ({ params: { connectionId }, comparesWithUnknown: true }),
  'sse.revoke': ({ userId }) => ({
    params: { said: userId },
    body: { userId, tenant_id: 'victim', tenantId: 'victim' },
  }),
  'sse.stats': () => ({ query: { scope: 'tenant' } }),
  'sse.poll': none,
  'sse.onlineUsers': none,
  'sse.onlineUser': ({ userId }) => ({ params: { userId }, comparesWithUnknown: true, expects: { online: false } }),
  'directory.putDepartment': ({ departmentId }) => ({
    params: { departmentId },
    body: { name: 'from a stranger', parentId: 'elsewhere' },
    // The same id in the other tenant is another department; revision 1 shows that it is new.
    expects: { revision: 1 },
  }),
  'directory.getDepartment': ({ departmentId }) => ({ params: { departmentId }, comparesWithUnknown: true }),
  'directory.putPerson': ({ personId }) => ({
    params: { personId },
    body: { name: 'from a stranger', roles: ['admin'], departmentIds: [], active: true },
    expects: { revision: 1 },
  }),
  'directory.getPerson': ({ personId }) => ({ params: { personId }, comparesWithUnknown: true }),
  'demo.people': none,
  'demo.signIn': () => ({ body: { userId: 'beta.buyer', tenantId: 'victim' } }),
  'demo.signOut': none,
  'orders.create': () => ({ body: { supplier: 'from a stranger', amount: 1, tenant_id: 'victim' } }),
  'orders.list': () => ({ query: { limit: '100' } }),
  'orders.get': ({ orderId }) => ({ params: { orderId }, comparesWithUnknown: true }),
  'orders.submit': ({ orderId }) => ({ params: { orderId }, comparesWithUnknown: true }),
  'leave.create': () => ({ body: { kind: 'annual', from: '2027-01-04', to: '2027-01-05' } }),
  'leave.list': () => ({ query: { limit: '100' } }),
  'leave.get': ({ leaveId }) => ({ params: { leaveId }, comparesWithUnknown: true }),
  'leave.submit': ({ leaveId }) => ({ params: { leaveId }, comparesWithUnknown: true }),
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
/** Part of every text of the victim, and never of a response to the intruder. */
const CANARY = 'canary-7d41';

const SAME_USER = `user-${CANARY}`;
const COLLEAGUE = `colleague-${CANARY}`;

/** Ids that do not exist. */
const UNKNOWN: Foreign = {
  processId: randomUUID(),
  code: 'nothing',
  instanceId: randomUUID(),
  taskId: randomUUID(),
  businessId: randomUUID(),
  notificationId: randomUUID(),
  userId: 'unknown',
  personId: 'unknown',
  departmentId: 'nowhere',
  orderId: 'PO-999999',
  leaveId: 'LV-999999',
  undoToken: randomUUID(),
  connectionId: 'unknown00000.0000000000000000000000',
  position: 'aaaaaaaa.1',
};

const connectionIdOf = (reader: StreamReader): string =>
  (JSON.parse(reader.of('connected')[0]?.data ?? '{}') as { connectionId: string }).connectionId;
const isConnected = ({ event }: ReceivedEvent): boolean => event === 'connected';

const operations = serviceOperations({ demo: true }).flatMap((group) => group.operations);

describe('tenants never mix', () => {
  let database: TestDatabase;
  let service: Service;
  let victimToken: string;
  let intruderToken: string;
  let documents: Pick<Foreign, 'orderId' | 'leaveId'>;
  let directory: Pick<Foreign, 'personId' | 'departmentId'>;
  let approval: OwnApproval;
  /**
   * What the last attempt tried to reach, proven to be as it was; making it again takes most of the time of an attempt. Null after a
   * failure, and after the intruder made something of its own, which may have the same id.
   */
  let untouched: { readonly foreign: Foreign; readonly state: unknown } | null = null;
  let victimStream: StreamReader;
  let colleagueStream: StreamReader;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
    });
    victimToken = await signToken({ tenant: VICTIM, user: SAME_USER, roles: ['admin'] });
    // The same user id and role in another tenant: only the tenant differs.
    intruderToken = await signToken({ tenant: INTRUDER, user: SAME_USER, roles: ['admin'] });
    victimStream = await openStream(service.url, { token: victimToken });
    colleagueStream = await openStream(service.url, {
      token: await signToken({ tenant: VICTIM, user: COLLEAGUE }),
    });
    await Promise.all([victimStream, colleagueStream].map((reader) => reader.until(isConnected)));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([victimStream?.close(), colleagueStream?.close()]);
    await service?.stop();
    await database?.drop();
  });

  it('has an attempt for every operation of the API', () => {
    expect(Object.keys(ATTEMPTS).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s shows and changes nothing of another tenant',
    async (id, operation) => {
      const { foreign, state: before } = untouched ?? (await freshVictimAndState());
      untouched = null;
      const framesBefore = framesOfVictim();
      const attempt = ATTEMPTS[id]?.(foreign) ?? {};
      const answer = await send(operation, attempt, intruderToken);

      const shown = textWithout(answer, [SAME_USER, ...Object.values(attempt.params ?? {})]);
      expect(shown).not.toContain(CANARY);
      expect(shown).not.toContain(`"${VICTIM}"`);
      expect(shown).not.toContain(foreign.notificationId);
      for (const foreignId of [foreign.processId, foreign.instanceId]) {
        if (!Object.values(attempt.params ?? {}).includes(foreignId)) expect(shown).not.toContain(foreignId);
      }
      expect(answer.status).toBeLessThan(500);
      if (attempt.expects) expect(answer.body).toMatchObject(attempt.expects);
      if (attempt.comparesWithUnknown) {
        const strange = ATTEMPTS[id]?.(UNKNOWN) ?? {};
        const unknown = await send(operation, strange, intruderToken);
        expect([answer.status, comparable(answer, attempt)]).toEqual([unknown.status, comparable(unknown, strange)]);
      }
      await barrier();
      expect(await stateOfVictim()).toEqual(before);
      expect(framesOfVictim()).toEqual(framesBefore);
      const intruderMadeSomething = operation.method !== 'get' && answer.status < 300;
      if (!intruderMadeSomething) untouched = { foreign, state: before };
    },
  );

  it('still shows the victim its own resources, so the attempts proved something', async () => {
    const foreign = await freshVictim();
    const item = await call(`${service.url}/api/v1/notifications/${foreign.notificationId}`, { token: victimToken });
    expect(JSON.stringify(item.body)).toContain(CANARY);
    const undone = await call(`${service.url}/api/v1/notifications/undo`, {
      token: victimToken,
      body: { undoToken: foreign.undoToken },
    });
    expect(undone.status).toBe(200);
  });

  it('answers a foreign cursor with a resync, without an event of its tenant', async () => {
    const { position } = await freshVictim();
    const reader = await openStream(service.url, { token: intruderToken, lastEventId: position });
    await reader.until(({ event }) => event === 'resync');
    await reader.close();
    const connected = JSON.parse(reader.of('connected')[0]?.data ?? '{}');
    expect([connected.resume, reader.of('connected')[0]?.id]).toEqual(['reset', undefined]);
    expect(reader.of('notification.created').filter(({ data }) => data.includes(CANARY))).toEqual([]);
  });

  /** An unread notification, a change that can be undone, and a position that is followed by an event. */
  async function freshVictim(): Promise<Foreign> {
    const marked = await call(`${service.url}/api/v1/notifications/read-all`, { token: victimToken, body: {} });
    const position = victimStream.position() ?? '';
    const sent = await call(`${service.url}/api/v1/notifications`, {
      token: victimToken,
      body: { to: { users: [SAME_USER] }, title: `title ${CANARY}`, content: `content ${CANARY}`, requiresAck: true },
    });
    expect(sent.status).toBe(201);
    await victimStream.until(({ event, data }) => event === 'notification.created' && data.includes(sent.body.id));
    const { personId, departmentId } = await freshDirectory();
    const { orderId, leaveId } = await freshDocuments();
    approval = await freshApproval();
    return {
      ...approval,
      notificationId: sent.body.id,
      userId: COLLEAGUE,
      personId,
      departmentId,
      orderId,
      leaveId,
      undoToken: marked.body.undoToken,
      connectionId: connectionIdOf(victimStream),
      position,
    };
  }

  async function freshVictimAndState(): Promise<NonNullable<typeof untouched>> {
    return { foreign: await freshVictim(), state: await stateOfVictim() };
  }

  async function freshDirectory(): Promise<Pick<Foreign, 'personId' | 'departmentId'>> {
    const suffix = `${CANARY}-${randomUUID()}`;
    directory = { personId: `person-${suffix}`, departmentId: `department-${suffix}` };
    const { personId, departmentId } = directory;
    const base = `${service.url}/api/v1/directory`;
    await call(`${base}/departments/${departmentId}`, {
      method: 'PUT',
      token: victimToken,
      body: { name: `department ${CANARY}` },
    });
    const person = { name: `person ${CANARY}`, roles: ['r'], departmentIds: [departmentId], active: true };
    const put = await call(`${base}/people/${personId}`, { method: 'PUT', token: victimToken, body: person });
    expect(put.status).toBe(200);
    return directory;
  }

  /** An instance with tasks of the victim and the colleague. */
  async function freshApproval(): Promise<OwnApproval> {
    const made = await ownApproval({
      url: service.url,
      token: victimToken,
      users: [SAME_USER, COLLEAGUE],
      text: CANARY,
    });
    const isTold = ({ event, data }: ReceivedEvent): boolean =>
      event === 'approval.task.created' && data.includes(made.instanceId);
    await Promise.all([victimStream.until(isTold), colleagueStream.until(isTold)]);
    await barrier();
    return made;
  }

  /** More of each than the intruder ever creates, so that a count of the victim never equals one of the intruder. */
  async function freshDocuments(): Promise<Pick<Foreign, 'orderId' | 'leaveId'>> {
    const [order, leave] = await Promise.all([
      call(`${service.url}/api/v1/purchase-orders`, {
        token: victimToken,
        body: { supplier: `supplier ${CANARY}`, amount: 10 },
      }),
      call(`${service.url}/api/v1/leave-requests`, {
        token: victimToken,
        body: { kind: 'annual', from: '2027-01-04', to: '2027-01-05', reason: `reason ${CANARY}` },
      }),
    ]);
    expect([order.status, leave.status]).toEqual([201, 201]);
    documents = { orderId: order.body.id, leaveId: leave.body.id };
    return documents;
  }

  async function send(operation: Operation, attempt: Attempt, token: string): Promise<Answer> {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => attempt.params?.[name] ?? '');
    const url = new URL(path, service.url);
    for (const [name, value] of Object.entries({ tenant_id: VICTIM, tenantId: VICTIM, ...attempt.query })) {
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

  /** A stream does not end by itself: its response is what arrives within a short time. */
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
      // The test destroyed it.
    }
    clearTimeout(timer);
    return { status: response.status, headers: response.headers, body };
  }

  async function stateOfVictim(): Promise<unknown> {
    const [list, counts, person, department, order, leave, process, instance, tasks, history] = await Promise.all([
      call(`${service.url}/api/v1/notifications?state=all`, { token: victimToken }),
      call(`${service.url}/api/v1/notifications/counts`, { token: victimToken }),
      call(`${service.url}/api/v1/directory/people/${directory.personId}`, { token: victimToken }),
      call(`${service.url}/api/v1/directory/departments/${directory.departmentId}`, { token: victimToken }),
      call(`${service.url}/api/v1/purchase-orders/${documents.orderId}`, { token: victimToken }),
      call(`${service.url}/api/v1/leave-requests/${documents.leaveId}`, { token: victimToken }),
      call(`${service.url}/api/v1/processes/${approval.processId}`, { token: victimToken }),
      call(`${service.url}/api/v1/process-instances/${approval.instanceId}`, { token: victimToken }),
      call(`${service.url}/api/v1/process-instances/${approval.instanceId}/tasks`, { token: victimToken }),
      call(`${service.url}/api/v1/process-instances/${approval.instanceId}/history`, { token: victimToken }),
    ]);
    return [list, counts, person, department, order, leave, process, instance, tasks, history].map(({ body }) => body);
  }

  /** An event of the victim itself, after everything that the attempt may have caused. */
  async function barrier(): Promise<void> {
    const barrier = randomUUID();
    await call(`${service.url}/api/v1/sse/send`, {
      token: victimToken,
      body: { target: { tenant: true }, event: 'barrier', data: barrier },
    });
    const isBarrier = ({ data }: ReceivedEvent): boolean => data === barrier;
    await Promise.all([victimStream.until(isBarrier), colleagueStream.until(isBarrier)]);
  }

  function framesOfVictim(): readonly string[] {
    return [victimStream, colleagueStream].flatMap((reader) =>
      reader
        .events()
        .filter(
          ({ event }) =>
            !['heartbeat', 'cursor', 'notification.counts', 'approval.tasks.count', 'barrier'].includes(event),
        )
        .map(({ event, data }) => `${event} ${data}`),
    );
  }

  /** The response without what the intruder sent: its own id and the ids that it requested. */
  function textWithout(answer: Answer, said: readonly string[]): string {
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return said.reduce((rest, word) => rest.replaceAll(word, '<said>'), text);
  }

  function comparable(answer: Answer, attempt: Attempt): unknown {
    return textWithout(answer, [String(answer.body?.requestId ?? '<none>'), ...Object.values(attempt.params ?? {})]);
  }
});

function inOneDay(): string {
  return new Date(Date.now() + 86_400_000).toISOString();
}
