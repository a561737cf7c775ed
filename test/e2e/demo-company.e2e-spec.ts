import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('Demo company', () => {
  let database: TestDatabase;
  let service: Service;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await start();
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  const start = () => startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DEMO_COMPANY: 'true' });
  const as = async (userId: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    if (!tokens.has(userId)) {
      const signedIn = await call(`${service.url}/api/v1/demo/sign-in`, { body: { userId } });
      expect(signedIn.status).toBe(200);
      tokens.set(userId, signedIn.body.accessToken);
    }
    return call(`${service.url}/api/v1/${path}`, {
      method,
      token: tokens.get(userId) ?? '',
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  };
  const everyPage = async (userId: string, path: string): Promise<readonly { id: string }[]> => {
    const items: { id: string }[] = [];
    let cursor = '';
    do {
      const page: Answer = await as(userId, 'GET', `${path}?limit=100${cursor}`);
      items.push(...page.body.items);
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    return items;
  };

  it('lists people that a visitor can sign in as, the fixed ones in the short list', async () => {
    const short = await call(`${service.url}/api/v1/demo/people`);
    expect(short.body.tenants.map(({ people }: { people: unknown[] }) => people.length)).toEqual([6, 6]);
    const long = await call(`${service.url}/api/v1/demo/people?all=true`);
    for (const { id, people } of long.body.tenants as { id: string; people: { id: string }[] }[]) {
      expect(people.length).toBeGreaterThan(100);
      const last = people.at(-1)?.id ?? '';
      expect((await as(last, 'GET', 'notifications/counts')).status).toBe(200);
      const person = await as(`${id}.admin`, 'GET', `directory/people/${last}`);
      expect(person.body).toMatchObject({ id: last, active: true });
    }
  });

  it('has documents from its past, invisible to the other company', async () => {
    for (const tenant of ['acme', 'beta']) {
      const orders = await everyPage(`${tenant}.buyer`, 'purchase-orders');
      expect(orders.length).toBeGreaterThanOrEqual(180);
      expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length);
      expect(JSON.stringify(orders)).not.toContain(tenant === 'acme' ? 'beta.' : 'acme.');
      expect((await everyPage(`${tenant}.hr`, 'leave-requests')).length).toBeGreaterThanOrEqual(140);
    }
  });

  it('shows a leave request to its requester and to HR; for others it does not exist', async () => {
    const made = await as('acme.buyer', 'POST', 'leave-requests', {
      kind: 'sick',
      from: '2027-02-01',
      to: '2027-02-02',
    });
    expect([made.status, made.body.days, made.body.status]).toEqual([201, 2, 'draft']);
    const path = `leave-requests/${made.body.id}`;
    expect((await as('acme.hr', 'GET', path)).body).toEqual(made.body);
    expect((await as('acme.buyer', 'GET', path)).body).toEqual(made.body);
    for (const stranger of ['acme.finance', 'beta.hr']) expect((await as(stranger, 'GET', path)).status).toBe(404);
    const own = await everyPage('acme.finance', 'leave-requests');
    expect(own.map(({ id }) => id)).not.toContain(made.body.id);
  });

  it('has notices in the language of each company, addressed to the right people', async () => {
    const titles = async (userId: string): Promise<string> =>
      (await as(userId, 'GET', 'notifications?limit=100')).body.items
        .map(({ title }: { title: string }) => title)
        .join();
    expect(await titles('beta.manager')).toContain('公告必读');
    expect(await titles('acme.manager')).toContain('please confirm by Friday');
    // Addressed through the directory: one notice for purchasing, one for the board.
    expect(await titles('acme.manager')).toContain('Nordlicht');
    expect(await titles('acme.manager')).toContain('Papers for the board');
    expect(await titles('acme.hr')).not.toContain('Nordlicht');
    expect(await titles('acme.hr')).not.toContain('Papers for the board');
  });

  it('accepts orders with an amount or with lines, and refuses a status', async () => {
    const order = {
      supplier: '宁波轴承',
      lines: [
        { item: 'x', amount: 0.1 },
        { item: 'y', amount: 0.2 },
      ],
    };
    const made = await as('acme.buyer', 'POST', 'purchase-orders', order);
    expect(made.body).toMatchObject({ status: 'draft', amount: 0.3, requesterId: 'acme.buyer', instanceId: null });
    expect((await as('acme.buyer', 'POST', 'purchase-orders', { supplier: 's', amount: 12.5 })).body.amount).toBe(12.5);
    for (const body of [
      { supplier: 's' },
      { ...order, amount: 5 },
      { ...order, status: 'approved' },
      { supplier: 's', amount: 1, requesterId: 'acme.manager' },
      { supplier: 's', amount: -1 },
      { supplier: 's', amount: 1.005 },
      { supplier: '\0', amount: 1 },
    ]) {
      const refused = await as('acme.buyer', 'POST', 'purchase-orders', body);
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
    }
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const refused = await as('acme.admin', method, `purchase-orders/${made.body.id}`, { status: 'approved' });
      expect(refused.status).toBe(405);
    }
    expect((await as('acme.buyer', 'GET', `purchase-orders/${made.body.id}`)).body).toEqual(made.body);
  });

  it('refuses impossible leave requests', async () => {
    for (const body of [
      { kind: 'annual', from: '2027-02-03', to: '2027-02-02' },
      { kind: 'annual', from: '2027-02-30', to: '2027-03-02' },
      { kind: 'annual', from: '2027-02-01', to: '2027-02-02', days: 3 },
      { kind: 'moon', from: '2027-02-01', to: '2027-02-02' },
      { kind: 'annual', from: '2027-02-01', to: '2029-02-02' },
    ]) {
      expect((await as('acme.buyer', 'POST', 'leave-requests', body)).status).toBe(400);
    }
  });

  const newOrder = async (amount = 900): Promise<string> =>
    (await as('acme.buyer', 'POST', 'purchase-orders', { supplier: 'Kestrel Tools', amount })).body.id;
  const submit = (id: string, userId = 'acme.buyer') => as(userId, 'POST', `purchase-orders/${id}/submit`, {});
  const orderNow = async (id: string) => (await as('acme.buyer', 'GET', `purchase-orders/${id}`)).body;
  /** A user's task for an order; tasks are newest first. */
  const taskOf = async (userId: string, id: string): Promise<{ id: string; instanceId: string }> => {
    const { body } = await as(userId, 'GET', 'approval-tasks/my-tasks?limit=100');
    const found = (body.items as { id: string; title: string; instanceId: string }[]).find(({ title }) =>
      title.startsWith(id),
    );
    if (found === undefined) throw new Error(`${userId} has no task for ${id}.`);
    return found;
  };

  it('has requests that wait for the fixed people, at different steps', async () => {
    for (const tenant of ['acme', 'beta']) {
      for (const post of ['manager', 'finance', 'finance2']) {
        const { body } = await as(`${tenant}.${post}`, 'GET', 'approval-tasks/my-tasks/count');
        expect([post, body.count > 0]).toEqual([post, true]);
      }
      const { body } = await as(`${tenant}.admin`, 'GET', 'processes');
      expect(body.items).toHaveLength(6);
    }
  });

  it('changes the status of an order only by its approval, in one transaction with each decision', async () => {
    const id = await newOrder();
    const submitted = await submit(id);
    expect([submitted.status, submitted.body.status]).toEqual([200, 'pending']);
    const task = await taskOf('acme.manager', id);
    expect(task.instanceId).toBe(submitted.body.instanceId);
    const approved = await as('acme.manager', 'POST', `approval-tasks/${task.id}/approve`, { comment: 'fine' });
    expect([approved.status, approved.body.instance.status]).toEqual([200, 'approved']);
    expect(await orderNow(id)).toMatchObject({ status: 'approved', decidedAt: expect.any(String) });
    expect((await submit(id)).body.code).toBe('not_submittable');
  });

  it('follows a return, a resubmission with another amount, and a withdrawal', async () => {
    const id = await newOrder();
    const { instanceId } = (await submit(id)).body;
    const { id: taskId } = await taskOf('acme.manager', id);
    const returned = await as('acme.manager', 'POST', `approval-tasks/${taskId}/return`, { to: 'START' });
    expect(returned.status).toBe(200);
    expect((await orderNow(id)).status).toBe('returned');
    const again = (formData: unknown) =>
      as('acme.buyer', 'POST', `process-instances/${instanceId}/resubmit`, { formData });
    const tooMuch = await again({ supplier: 'Kestrel Tools', amount: 1e20, currency: 'EUR' });
    expect([tooMuch.status, tooMuch.body.code]).toEqual([422, 'invalid_form']);
    expect(await orderNow(id)).toMatchObject({ status: 'returned', amount: 900 });
    expect((await again({ supplier: 'Kestrel Tools', amount: 750, currency: 'EUR' })).status).toBe(200);
    expect(await orderNow(id)).toMatchObject({ status: 'pending', amount: 750, instanceId });
    await as('acme.buyer', 'POST', `process-instances/${instanceId}/withdraw`, {});
    expect((await orderNow(id)).status).toBe('withdrawn');
    const second = await submit(id);
    expect([second.status, second.body.status]).toEqual([200, 'pending']);
    expect(second.body.instanceId).not.toBe(instanceId);
  });

  it('refuses to decide an order by an approval that is not its own', async () => {
    const id = await newOrder(50_000);
    const start = (userId: string, code: string) =>
      as(userId, 'POST', 'process-instances', {
        code,
        businessType: 'purchase-order',
        businessId: id,
        formData: { supplier: 'Kestrel Tools', amount: 1, date: '2027-01-04', hours: 1 },
      });
    const lax = await as('acme.admin', 'POST', 'processes', {
      code: 'purchase-order',
      name: 'Unchecked',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'end', type: 'end' },
      ],
      edges: [{ from: 'start', to: 'end' }],
    });
    expect(lax.status).toBe(201);
    for (const [userId, code] of [
      ['acme.buyer', 'purchase-order'],
      ['acme.buyer', 'demo-purchase-order'],
      ['acme.finance', 'demo-purchase-order'],
      ['acme.buyer', 'demo-overtime'],
    ] as const) {
      const refused = await start(userId, code);
      expect([refused.status, refused.body.code]).toEqual([409, 'submit_the_document']);
    }
    expect(await orderNow(id)).toMatchObject({ status: 'draft', amount: 50_000, instanceId: null });
    expect((await submit(id, 'acme.finance')).body.code).toBe('not_requester');
    expect((await submit(id, 'beta.buyer')).status).toBe(404);
    expect((await submit(id)).status).toBe(200);
  });

  it('starts one approval when several users submit at once', async () => {
    const id = await newOrder();
    const answers = await Promise.all([1, 2, 3, 4].map(() => submit(id)));
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 409, 409, 409]);
  });

  it('requires two approvals by finance for a larger order, and handles leave by the same rules', async () => {
    const id = await newOrder(20_000);
    await submit(id);
    for (const userId of ['acme.manager', 'acme.finance']) {
      await as(userId, 'POST', `approval-tasks/${(await taskOf(userId, id)).id}/approve`, {});
      expect((await orderNow(id)).status).toBe('pending');
    }
    await as('acme.finance2', 'POST', `approval-tasks/${(await taskOf('acme.finance2', id)).id}/approve`, {});
    expect((await orderNow(id)).status).toBe('approved');
    const leave = await as('acme.buyer', 'POST', 'leave-requests', {
      kind: 'annual',
      from: '2027-03-01',
      to: '2027-03-02',
    });
    const submitted = await as('acme.buyer', 'POST', `leave-requests/${leave.body.id}/submit`, {});
    expect(submitted.body.status).toBe('pending');
    const { id: taskId } = await taskOf('acme.manager', leave.body.id);
    await as('acme.manager', 'POST', `approval-tasks/${taskId}/reject`, { comment: 'stocktaking' });
    const after = await as('acme.buyer', 'GET', `leave-requests/${leave.body.id}`);
    expect(after.body.status).toBe('rejected');
  });

  it('runs a contract through legal, finance and the board', async () => {
    const made = await as('beta.buyer', 'POST', 'process-instances', {
      code: 'demo-contract',
      formData: { partner: '松江仓储', amount: 900_000 },
    });
    expect(made.status).toBe(201);
    const people = (await call(`${service.url}/api/v1/demo/people?all=true`)).body.tenants[1].people as {
      id: string;
    }[];
    let last = made.body;
    for (let round = 0; round < 6 && last.status === 'running'; round++) {
      const { body } = await as('beta.admin', 'GET', `process-instances/${made.body.id}/tasks`);
      const tasks = (Array.isArray(body) ? body : body.items) as { id: string; assigneeId: string; status: string }[];
      for (const task of tasks.filter(({ status }) => status === 'pending')) {
        expect(people.map(({ id }) => id)).toContain(task.assigneeId);
        await as(task.assigneeId, 'POST', `approval-tasks/${task.id}/approve`, {});
      }
      last = (await as('beta.buyer', 'GET', `process-instances/${made.body.id}`)).body;
    }
    expect(last.status).toBe('approved');
  });

  it('numbers documents without gaps, once per Idempotency-Key', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const order = { supplier: 's', amount: 1 };
    const first = await as('acme.buyer', 'POST', 'purchase-orders', order, key);
    const again = await as('acme.buyer', 'POST', 'purchase-orders', order, key);
    expect(again.body).toEqual(first.body);
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => as('acme.buyer', 'POST', 'purchase-orders', order)));
    const numbers = made.map(({ body }) => Number(body.id.slice(3))).sort((one, other) => one - other);
    const last = Number(first.body.id.slice(3));
    expect(numbers).toEqual([1, 2, 3, 4, 5].map((offset) => last + offset));
  });

  it('is loaded once, even when a second server starts', async () => {
    const before = (await everyPage('acme.buyer', 'purchase-orders')).length;
    const second = await start();
    await second.stop();
    expect((await everyPage('acme.buyer', 'purchase-orders')).length).toBe(before);
    const { body } = await as('acme.hr', 'GET', 'notifications?limit=100');
    const titles = body.items.map(({ title }: { title: string }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(second.output()).not.toContain('people and their documents');
    expect(service.output()).toMatch(/Acme Machine Works: \d+ people and their documents, in \d+ ms/);
  });
});
