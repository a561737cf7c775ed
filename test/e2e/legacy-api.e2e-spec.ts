import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApprovalApp, oneStep, type Colleague } from '../support/approval-app.js';
import type { Answer } from '../support/http.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Ids of the objects that a call of the table uses. */
interface Ids {
  readonly processId: string;
  readonly instanceId: string;
  readonly taskId: string;
  readonly notificationId: string;
}

/** One operation of the legacy API, as its clients call it, and the exact response that they expect. */
interface LegacyCall {
  readonly call: string;
  readonly by?: string;
  readonly body?: (ids: Ids) => object;
  readonly status?: number;
  readonly answer: (ids: Ids) => object;
  /** The response is a list of such items. */
  readonly isList?: true;
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
const TEXT = expect.any(String);
const NUMBER = expect.any(Number);

const process = (ids: Ids) => ({
  id: TEXT,
  tenant_id: 'acme',
  code: TEXT,
  name: TEXT,
  form_id: TEXT,
  form_name: TEXT,
  workflow_id: TEXT,
  workflow_name: TEXT,
  enabled: true,
  created_at: TIME,
  updated_at: TIME,
  ...(ids.processId === '' ? {} : { id: ids.processId }),
});
const instance = (ids: Ids) => ({
  id: ids.instanceId,
  tenant_id: 'acme',
  process_def_id: ids.processId,
  process_def_code: TEXT,
  process_def_name: TEXT,
  workflow_instance_id: ids.instanceId,
  form_data_id: ids.instanceId,
  applicant_id: 'ada',
  applicant_name: 'ada of acme',
  title: TEXT,
  status: 'pending',
  current_node_id: 'check',
  current_node_name: 'Check',
  started_at: TIME,
  completed_at: '',
  created_at: TIME,
  updated_at: TIME,
});
const task = (ids: Ids) => ({
  id: ids.taskId,
  tenant_id: 'acme',
  process_instance_id: ids.instanceId,
  node_id: 'check',
  node_name: 'Check',
  assignee_id: 'fin1',
  assignee_name: 'fin1 of acme',
  status: 'pending',
  action: '',
  comment: '',
  approved_at: '',
  created_at: TIME,
  updated_at: TIME,
});
const notification = (ids: Ids) => ({
  id: ids.notificationId,
  tenant_id: 'acme',
  user_id: 'ada',
  type: 'message',
  title: 'Hello',
  content: 'World',
  link: '',
  priority: 'high',
  is_read: false,
  read_at: '',
  created_at: TIME,
});
const nothing = () => ({});
const counts = { pending: NUMBER, approved: NUMBER, rejected: NUMBER, withdrawn: NUMBER, cancelled: NUMBER };

/** The 29 routes of the legacy API: 8 of processes, 7 of requests, 7 of tasks, 7 of notifications. */
const CALLS: readonly LegacyCall[] = [
  {
    call: 'POST /processes',
    by: 'root',
    status: 201,
    body: ({ processId }) => ({
      code: `copy-${randomUUID().slice(0, 8)}`,
      name: 'A copy',
      category: 'general',
      form_id: processId,
      workflow_id: processId,
    }),
    answer: (ids) => ({ ...process({ ...ids, processId: '' }), name: 'A copy' }),
  },
  { call: 'GET /processes?page=1&page_size=100', by: 'root', isList: true, answer: process },
  { call: 'GET /processes/:processId', answer: process },
  {
    call: 'PUT /processes/:processId',
    by: 'root',
    body: ({ processId }) => ({ name: 'Renamed', form_id: processId, workflow_id: processId, enabled: true }),
    answer: (ids) => ({ ...process(ids), name: 'Renamed' }),
  },
  { call: 'PATCH /processes/:processId/enable', by: 'root', answer: nothing },
  { call: 'PATCH /processes/:processId/disable', by: 'root', answer: nothing },
  {
    call: 'GET /processes/:processId/stats',
    by: 'root',
    answer: ({ processId }) => ({
      process_def_id: processId,
      process_code: TEXT,
      process_name: TEXT,
      total_instances: 1,
      pending_instances: 1,
      approved_instances: 0,
      rejected_instances: 0,
      total: 1,
      pending: 1,
      approved: 0,
      rejected: 0,
      avg_duration: 0,
    }),
  },
  {
    call: 'POST /process-instances/start',
    by: 'ada',
    status: 201,
    // Every value is a string; the form decides that amount is a number.
    body: ({ processId }) => ({ process_def_id: processId, form_data: { amount: '12.5', note: '7' } }),
    answer: (ids) => ({ ...instance(ids), id: TEXT, workflow_instance_id: TEXT, form_data_id: TEXT }),
  },
  {
    call: 'GET /process-instances?process_def_id=:processId&status=pending&applicant_id=ada&start_date=&end_date=&limit=10&offset=0',
    by: 'root',
    isList: true,
    answer: instance,
  },
  { call: 'GET /process-instances/my-applications?limit=50&offset=0', by: 'ada', isList: true, answer: instance },
  { call: 'GET /process-instances/:instanceId', by: 'ada', answer: instance },
  { call: 'POST /process-instances/:instanceId/withdraw', by: 'ada', body: nothing, answer: nothing },
  {
    call: 'POST /process-instances/:instanceId/cancel',
    by: 'root',
    body: ({ instanceId }) => ({ id: instanceId, reason: 'ordered twice' }),
    answer: nothing,
  },
  {
    call: 'GET /process-instances/stats/summary',
    by: 'ada',
    answer: () => ({ total: NUMBER, ...counts, by_status: counts }),
  },
  { call: 'GET /approval-tasks/:taskId', by: 'fin1', answer: task },
  { call: 'GET /approval-tasks/my-tasks?status=pending&limit=100&offset=0', by: 'fin1', isList: true, answer: task },
  { call: 'GET /approval-tasks/my-tasks/count', by: 'fin1', answer: () => ({ count: NUMBER }) },
  {
    call: 'POST /approval-tasks/:taskId/process',
    by: 'fin1',
    body: () => ({ action: 'approve', comment: 'Agreed' }),
    answer: nothing,
  },
  {
    call: 'POST /approval-tasks/batch-process',
    by: 'fin1',
    body: ({ taskId }) => ({ task_ids: [taskId], action: 'reject', comment: 'No' }),
    answer: ({ taskId }) => ({ results: [{ task_id: taskId, success: true, error: '' }] }),
  },
  {
    call: 'POST /approval-tasks/:taskId/transfer',
    by: 'fin1',
    body: () => ({ transfer_to_id: 'fin3', comment: 'You know this' }),
    answer: nothing,
  },
  {
    call: 'POST /approval-tasks/:taskId/delegate',
    by: 'fin1',
    body: () => ({ delegate_to_id: 'fin3', comment: 'Have a look' }),
    answer: nothing,
  },
  {
    call: 'POST /notifications',
    by: 'root',
    status: 201,
    body: () => ({
      tenant_id: 'beta',
      user_id: 'ada',
      type: 'message',
      title: 'Hello',
      content: 'World',
      link: '',
      priority: 'high',
    }),
    answer: (ids) => ({ ...notification(ids), id: TEXT }),
  },
  {
    call: 'GET /notifications?user_id=ada&type=message&only_unread=true&page=1&page_size=50',
    by: 'ada',
    isList: true,
    answer: notification,
  },
  { call: 'GET /notifications/:notificationId', by: 'ada', answer: notification },
  { call: 'GET /notifications/unread-count?user_id=ada', by: 'ada', answer: () => ({ count: NUMBER }) },
  {
    call: 'PUT /notifications/:notificationId/read',
    by: 'ada',
    body: nothing,
    answer: (ids) => ({ ...notification(ids), is_read: true, read_at: TIME }),
  },
  {
    call: 'PUT /notifications/read',
    by: 'ada',
    body: ({ notificationId }) => ({ ids: [notificationId] }),
    answer: () => ({ count: 1, success: true }),
  },
  { call: 'DELETE /notifications/:notificationId', by: 'ada', answer: () => ({ success: true }) },
  // Last, because only a process without running instances can be deleted.
  { call: 'DELETE /processes/:processId', by: 'root', answer: nothing },
];

describe('Legacy API', () => {
  let database: TestDatabase;
  let app: ApprovalApp;
  const people = new Map<string, Colleague>();
  const as = (id: string): Colleague => people.get(id) as Colleague;
  let code = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await ApprovalApp.start(database);
    for (const id of ['ada', 'fin1', 'fin3', 'root']) people.set(id, await app.as(id));
    people.set('beta', await app.as('root', { tenant: 'beta' }));
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  /** Creates a process, a request with a task of fin1, and a notification of ada. */
  async function create(): Promise<Ids> {
    const processId = await app.define(oneStep(`compat-${++code}`));
    const start = { processId, formData: { amount: 1 } };
    const { body: started } = await as('ada').post('/process-instances', start);
    const instanceId = started.id as string;
    const { id: taskId } = await as('fin1').task(instanceId);
    const note = { to: { users: ['ada'] }, title: 'Hello', content: 'World', priority: 'high' };
    const { body: sent } = await as('root').post('/notifications', note);
    return { processId, instanceId, taskId, notificationId: sent.id as string };
  }

  async function send(user: Colleague, { call, body }: LegacyCall, ids: Ids, compat = 'origin'): Promise<Answer> {
    const [method = '', path = ''] = call.split(' ');
    const filled = path.replaceAll(/:(\w+)/g, (_, name: keyof Ids) => ids[name]);
    const query = compat === '' ? '' : `${filled.includes('?') ? '&' : '?'}compat=${compat}`;
    return user.send(method, filled + query, body?.(ids));
  }

  it('has 29 routes', () => {
    expect(CALLS).toHaveLength(29);
    expect(new Set(CALLS.map(({ call }) => call.split('?')[0])).size).toBe(29);
  });

  it.each(CALLS.map((one) => [one.call.split('?')[0] ?? '', one] as const))(
    '%s accepts legacy requests and returns exactly the legacy keys',
    async (name, one) => {
      const ids = await create();
      if (name.startsWith('DELETE /processes')) {
        await as('root').post(`/process-instances/${ids.instanceId}/cancel`, { reason: 'so that it can go' });
      }
      const answer = await send(as(one.by ?? 'ada'), one, ids);
      expect([answer.status, answer.status >= 400 ? answer.body : '']).toEqual([one.status ?? 200, '']);
      if (one.isList !== true) return expect(answer.body).toEqual(one.answer(ids));
      expect(Object.keys(answer.body).sort()).toEqual(['items', 'page', 'page_size', 'total']);
      const items = answer.body.items as { id: string }[];
      const expected = one.answer(ids) as { id: string };
      expect(items.find(({ id }) => id === expected.id)).toEqual(expected);
      const keys = Object.keys(expected).sort();
      for (const item of items) expect(Object.keys(item).sort()).toEqual(keys);
    },
  );

  it.each(CALLS.filter(({ call }) => /:\w+Id/.test(call.split('?')[0] ?? '')).map((one) => [one.call, one] as const))(
    '%s does not find objects of another tenant',
    async (_, one) => {
      const ids = await create();
      const answer = await send(as('beta'), one, ids);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      const unknown = { processId: '', instanceId: '', taskId: '', notificationId: '' } as Record<string, string>;
      for (const key of Object.keys(unknown)) unknown[key] = randomUUID();
      // The response is the same as for ids that do not exist.
      const missing = await send(as('beta'), one, unknown as unknown as Ids);
      expect({ ...answer.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
    },
  );

  it.each(CALLS.map((one) => [one.call.split('?')[0] ?? '', one] as const))(
    '%s refuses another value of compat',
    async (_, one) => {
      const ids = {
        processId: randomUUID(),
        instanceId: randomUUID(),
        taskId: randomUUID(),
        notificationId: randomUUID(),
      };
      const answer = await send(as(one.by ?? 'ada'), one, ids, 'modern');
      expect([answer.status, answer.body.code, answer.body.errors]).toEqual([
        400,
        'invalid_request',
        [{ path: 'compat', message: 'must be "origin" or absent' }],
      ]);
    },
  );

  it('refuses compat on operations that it does not have, instead of returning another form', async () => {
    const { taskId } = await create();
    for (const path of [`/approval-tasks/${taskId}/approve`, '/notifications/read-all']) {
      const { status, body } = await as('fin1').post(`${path}?compat=origin`);
      expect([status, body.errors[0].path]).toEqual([400, 'compat']);
    }
  });

  it('returns our form of every response without the parameter, whatever names the request used', async () => {
    const { processId } = await create();
    const form = { process_def_id: processId, form_data: { amount: 3 } };
    const started = await as('ada').post('/process-instances/start', form);
    expect(started.body).toMatchObject({ processId, status: 'running', formData: { amount: 3 } });
    const note = { user_id: 'ada', type: 'task', title: 'Plain' };
    const sent = await as('root').post('/notifications', note);
    expect([sent.status, sent.body]).toEqual([201, { id: TEXT, mode: 'materialised', recipients: 1 }]);
    expect((await as('ada').get(`/notifications/${sent.body.id}`)).body).toMatchObject({
      title: 'Plain',
      isRead: false,
    });
    const { body } = await as('ada').get('/notifications?only_unread=true&user_id=ada&limit=1');
    expect(Object.keys(body).sort()).toEqual(['hasMore', 'items', 'nextCursor']);
    expect((await as('ada').get('/notifications?page=1')).status).toBe(400);
  });

  it('converts numbers of a form that are sent as strings', async () => {
    const { processId } = await create();
    const form = { process_def_id: processId, form_data: { amount: '12.5', note: '7' } };
    const { body } = await as('ada').post('/process-instances/start?compat=origin', form);
    expect((await as('ada').get(`/process-instances/${body.id}`)).body.formData).toEqual({ amount: 12.5, note: '7' });
    const wrong = { ...form, form_data: { amount: 'a lot' } };
    const refused = await as('ada').post('/process-instances/start?compat=origin', wrong);
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid_form']);
  });

  it('replays the response of an Idempotency-Key in the requested form', async () => {
    const body = { user_id: 'ada', title: 'Once', content: '', priority: 'low' };
    const headers = { 'Idempotency-Key': 'compat-1' };
    const [first, again] = [
      await as('root').post('/notifications?compat=origin', body, headers),
      await as('root').post('/notifications?compat=origin', body, headers),
    ];
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const { user_id: _, content: __, ...common } = body;
    const ours = await as('root').post('/notifications', { ...common, to: { users: ['ada'] } }, headers);
    expect([ours.status, ours.body]).toEqual([201, { id: first.body.id, mode: 'materialised', recipients: 1 }]);
    const other = await as('root').post('/notifications', { ...body, title: 'Twice' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    expect((await as('ada').get(`/notifications/${first.body.id}?compat=origin`)).body).toEqual(first.body);
  });

  it('pages by number, with every item once and the same total on every page', async () => {
    const reader = await app.as('eve');
    const titles = Array.from({ length: 7 }, (_, i) => `n${i}`);
    for (const title of titles) await as('root').post('/notifications', { user_id: 'eve', title });
    await as('root').post('/notifications', { to: { tenant: true }, title: 'to all' });
    const seen: string[] = [];
    for (const page of [1, 2, 3]) {
      const { body } = await reader.get(`/notifications?compat=origin&page=${page}&page_size=3`);
      expect([body.page, body.page_size, body.total]).toEqual([page, 3, 8]);
      seen.push(...(body.items as { title: string }[]).map(({ title }) => title));
    }
    expect(seen).toEqual(['to all', ...titles.reverse()]);
    const beyond = await reader.get('/notifications?compat=origin&page=9&page_size=3');
    expect(beyond.body).toEqual({ items: [], page: 9, page_size: 3, total: 8 });
    const processes = await as('root').get('/processes?compat=origin&limit=2&offset=2');
    expect([processes.body.page, processes.body.page_size, processes.body.items.length]).toEqual([2, 2, 2]);
    const { body } = await as('root').get('/processes?limit=100&total=true');
    expect(body.total).toBe(processes.body.total);
  });

  it.each([
    ['page=0', 'page'],
    ['page=1.5', 'page'],
    ['page=x', 'page'],
    ['page=', 'page'],
    ['page_size=0', 'page_size'],
    ['page_size=101', 'page_size'],
    ['page=102&page_size=100', 'page'],
    ['page=99999999999', 'page'],
    ['page=1&cursor=abc', 'page'],
    ['page=1&limit=5', 'page'],
  ])('refuses a page that is invalid or too far back (%s)', async (query, path) => {
    for (const list of ['/notifications', '/processes', '/process-instances', '/approval-tasks/my-tasks']) {
      const { status, body } = await as('ada').get(`${list}?compat=origin&${query}`);
      expect([list, status, body.errors?.[0].path]).toEqual([list, 400, path]);
    }
  });
});
