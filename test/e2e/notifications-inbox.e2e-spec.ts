import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotificationApp, type Person } from '../support/notification-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const UNKNOWN = '01900000-0000-7000-8000-000000000000';

describe('The inbox over HTTP', () => {
  let database: TestDatabase;
  let app: NotificationApp;
  let sender: Person;
  let serial = 0;
  /** A person of this test only. */
  const newPerson = async (claims = {}) => {
    const id = `person-${++serial}`;
    return { id, ...(await app.person(id, claims)) };
  };
  const send = async (to: object, more: object = {}): Promise<string> => {
    const answer = await sender.post('', { to, title: 'Order 7 is late', ...more });
    expect([answer.status, answer.body.code]).toEqual([201, undefined]);
    return answer.body.id as string;
  };
  const idsOf = async (person: Person, query = ''): Promise<string[]> =>
    (await person.get(query)).body.items.map((item: { id: string }) => item.id);

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await NotificationApp.start(database);
    sender = await app.sender();
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  it('shows a notification with every field of the contract', async () => {
    const ann = await newPerson();
    const sent = await sender.post('', {
      to: { users: [ann.id] },
      title: 'Leave request',
      content: 'Two days in May',
      type: 'approval',
      category: 'leave',
      priority: 'high',
      link: '/leave/7',
      data: { days: 2, nested: [{ a: null }] },
      actions: [{ key: 'open', label: 'Open', type: 'link', href: '/leave/7' }],
      relatedType: 'leave',
      relatedId: '7',
      expiresAt: '2099-01-01T00:00:00Z',
    });
    expect([sent.status, sent.body]).toEqual([201, { id: expect.any(String), mode: 'materialised', recipients: 1 }]);
    const { body } = await ann.get();
    expect(body).toEqual({
      items: [
        {
          id: sent.body.id,
          type: 'approval',
          category: 'leave',
          priority: 'high',
          title: 'Leave request',
          content: 'Two days in May',
          link: '/leave/7',
          data: { days: 2, nested: [{ a: null }] },
          actions: [{ key: 'open', label: 'Open', type: 'link', href: '/leave/7' }],
          actorId: 'sender',
          relatedType: 'leave',
          relatedId: '7',
          audience: 'users',
          requiresAck: false,
          isRead: false,
          seenAt: null,
          readAt: null,
          archivedAt: null,
          snoozedUntil: null,
          ackedAt: null,
          collapseCount: 1,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          expiresAt: '2099-01-01T00:00:00.000Z',
          revision: 1,
        },
      ],
      nextCursor: null,
      hasMore: false,
    });
    expect((await ann.get(`/${sent.body.id}`)).body).toEqual(body.items[0]);
  });

  it('has a notification once, however many targets match the person', async () => {
    const bea = await newPerson({ roles: ['buyer', 'lead'] });
    const id = await send({ users: [bea.id, bea.id], roles: ['buyer', 'lead'] });
    const all = await send({ users: [bea.id], roles: ['buyer'], tenant: true });
    expect(await idsOf(bea)).toEqual([all, id]);
    expect((await bea.get('/unread-count')).body).toEqual({ count: 2 });
    await bea.put(`/${id}/read`);
    expect((await bea.get('/unread-count')).body).toEqual({ count: 1 });
    await sender.delete(`/messages/${all}`);
  });

  it('shows notifications to an audience by the current roles and topics only', async () => {
    const finance = await newPerson({ roles: ['finance'] });
    const hr = await newPerson({ roles: ['hr'] });
    const follower = await newPerson({ topics: ['doc:invoice:*', 'plain'] });
    const all = await newPerson({ topics: ['doc:**'] });
    const id = await send({ roles: ['finance'] });
    const invoice = await send({ topics: ['doc:invoice:9'] });
    const plain = await send({ topics: ['plain', 'doc:order:9'] });
    const seenBy = async (person: Person) => (await idsOf(person)).filter((x) => [id, invoice, plain].includes(x));
    expect(await seenBy(finance)).toEqual([id]);
    expect(await seenBy(hr)).toEqual([]);
    expect(await seenBy(follower)).toEqual([plain, invoice]);
    expect(await seenBy(all)).toEqual([plain, invoice]);
    expect((await hr.get(`/${id}`)).status).toBe(404);
    expect((await hr.put(`/${id}/read`)).status).toBe(404);
    expect((await finance.put(`/${id}/read`)).body).toMatchObject({ isRead: true, audience: 'role:finance' });
    const moved = await app.person(finance.id, { roles: ['hr'] });
    expect(await seenBy(moved)).toEqual([]);
    expect((await moved.get(`/${id}`)).status).toBe(404);
  });

  it('keeps a state for each person of an audience', async () => {
    const [one, two] = [await newPerson({ roles: ['own-state'] }), await newPerson({ roles: ['own-state'] })];
    const id = await send({ roles: ['own-state'] });
    await one.put(`/${id}/read`);
    await two.post(`/${id}/archive`);
    expect((await one.get(`/${id}`)).body).toMatchObject({ isRead: true, archivedAt: null, revision: 2 });
    expect((await two.get(`/${id}`)).body).toMatchObject({ isRead: false, archivedAt: expect.any(String) });
    expect((await one.delete(`/${id}`)).status).toBe(204);
    expect((await one.get(`/${id}`)).status).toBe(404);
    expect((await two.get(`/${id}`)).status).toBe(200);
  });

  it('neither skips nor repeats items when notifications arrive between pages', async () => {
    const cat = await newPerson({ roles: ['paged'] });
    const sent: string[] = [];
    for (let i = 0; i < 12; i++) sent.push(await send(i % 3 === 0 ? { roles: ['paged'] } : { users: [cat.id] }));
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await cat.get(`?limit=5${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      expect(body.hasMore).toBe(body.nextCursor !== null);
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
      await send({ users: [cat.id] });
      await send({ roles: ['paged'] });
    }
    expect(seen).toEqual([...sent].reverse());
  });

  it('moves a notification between the states of an inbox', async () => {
    const dan = await newPerson();
    const id = await send({ users: [dan.id] });
    const where = async () =>
      Promise.all(
        ['inbox', 'unread', 'read', 'archived', 'snoozed', 'all'].map(
          async (state) => (await idsOf(dan, `?state=${state}`)).length,
        ),
      );
    expect(await where()).toEqual([1, 1, 0, 0, 0, 1]);
    expect((await dan.post(`/${id}/seen`)).body).toMatchObject({
      isRead: false,
      seenAt: expect.any(String),
      revision: 2,
    });
    expect((await dan.post(`/${id}/read`)).body).toMatchObject({ isRead: true, readAt: expect.any(String) });
    expect(await where()).toEqual([1, 0, 1, 0, 0, 1]);
    expect((await dan.post(`/${id}/unread`)).body).toMatchObject({ isRead: false, readAt: null });
    expect(await where()).toEqual([1, 1, 0, 0, 0, 1]);
    await dan.post(`/${id}/archive`);
    expect(await where()).toEqual([0, 0, 0, 1, 0, 1]);
    await dan.post(`/${id}/unarchive`);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await dan.post(`/${id}/snooze`, { until })).body).toMatchObject({ snoozedUntil: until });
    expect(await where()).toEqual([0, 0, 0, 0, 1, 1]);
    expect((await dan.get('/counts')).body).toMatchObject({ unread: 0, unseen: 0 });
    expect((await dan.post(`/${id}/unsnooze`)).body).toMatchObject({ snoozedUntil: null });
    expect(await where()).toEqual([1, 1, 0, 0, 0, 1]);
  });

  it('shows a snoozed notification again as the newest, unread', async () => {
    const eve = await newPerson({ roles: ['snoozer'] });
    const id = await send({ roles: ['snoozer'] });
    await eve.put(`/${id}/read`);
    const until = new Date(Date.now() + 400).toISOString();
    await eve.post(`/${id}/snooze`, { until });
    const later = await send({ users: [eve.id] });
    await eve.post('/read-all');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await idsOf(eve)).toEqual([id, later]);
    expect((await eve.get(`/${id}`)).body).toMatchObject({ isRead: false, snoozedUntil: null });
  });

  it('executes operations once: a repeat neither fails nor changes the revision', async () => {
    const fay = await newPerson();
    const id = await send({ users: [fay.id] });
    const first = (await fay.put(`/${id}/read`)).body;
    expect((await fay.put(`/${id}/read`)).body).toEqual(first);
    expect((await fay.post(`/${id}/read`)).body).toEqual(first);
  });

  it('marks many as read and skips ids of other people', async () => {
    const gus = await newPerson({ roles: ['many'] });
    const other = await newPerson();
    const ids = [await send({ users: [gus.id] }), await send({ roles: ['many'] }), await send({ users: [other.id] })];
    expect((await gus.put('/read', { ids: [...ids, UNKNOWN] })).body).toEqual({ count: 2 });
    expect((await gus.put('/read', { ids })).body).toEqual({ count: 0 });
    expect((await other.get('/unread-count')).body).toEqual({ count: 1 });
  });

  it('counts by category', async () => {
    const hal = await newPerson();
    await send({ users: [hal.id] }, { category: 'leave' });
    await send({ users: [hal.id] }, { category: 'leave' });
    const seen = await send({ users: [hal.id] }, { type: 'alert' });
    await hal.post(`/${seen}/seen`);
    const { body } = await hal.get('/counts');
    expect(body).toMatchObject({
      unread: 3,
      unseen: 2,
      capped: false,
      rev: expect.stringMatching(/^\d+\.[0-9a-f-]+$/),
    });
    expect(body.byCategory).toEqual({ leave: { unread: 2, unseen: 2 }, alert: { unread: 1, unseen: 0 } });
    await hal.post('/read-all', { category: 'leave' });
    expect((await hal.get('/counts')).body).toMatchObject({ unread: 1, byCategory: { alert: { unread: 1 } } });
  });

  it('marks everything as read and undoes it within ten minutes, once', async () => {
    const ida = await newPerson({ roles: ['undo'] });
    const mine = await send({ users: [ida.id] });
    await send({ roles: ['undo'] });
    const readBefore = await send({ users: [ida.id] });
    await ida.put(`/${readBefore}/read`);
    const before = Number((await ida.get('/counts')).body.rev.split('.')[0]);
    const marked = await ida.post('/read-all');
    expect([marked.status, marked.body]).toEqual([200, { undoToken: expect.any(String), rev: expect.any(String) }]);
    expect(Number(marked.body.rev.split('.')[0])).toBeGreaterThan(before);
    expect((await ida.get('/unread-count')).body).toEqual({ count: 0 });
    expect((await ida.get(`/${mine}`)).body).toMatchObject({ isRead: true, readAt: expect.any(String) });
    const { undoToken } = marked.body;
    expect((await ida.post('/undo', { undoToken })).status).toBe(200);
    expect((await ida.get('/unread-count')).body).toEqual({ count: 2 });
    expect((await ida.get(`/${readBefore}`)).body.isRead).toBe(true);
    expect((await ida.post('/undo', { undoToken })).status).toBe(404);
    const stranger = await newPerson();
    const again = (await ida.post('/read-all')).body.undoToken;
    expect((await stranger.post('/undo', { undoToken: again })).status).toBe(404);
    await expireUndo(app, ida.id);
    expect((await ida.post('/undo', { undoToken: again })).status).toBe(404);
  });

  it.each([
    ['named', (id: string) => ({ users: [id] })],
    ['addressed by a role', () => ({ roles: ['marked'] })],
  ])('combines a mark with single operations (%s)', async (_how, to) => {
    const max = await newPerson({ roles: ['marked'] });
    const id = await send(to(max.id));
    const isRead = async () => (await max.get(`/${id}`)).body.isRead as boolean;
    await max.post('/read-all');
    await max.post(`/${id}/archive`);
    await max.post(`/${id}/unarchive`);
    expect(await isRead()).toBe(true);
    await max.post(`/${id}/unread`);
    expect(await isRead()).toBe(false);
    expect((await max.get('/counts')).body).toMatchObject({ unread: 1 });
    await max.post('/read-all');
    expect(await isRead()).toBe(true);
    expect((await max.get('/counts')).body).toMatchObject({ unread: 0 });
  });

  it('keeps a notification that requires an acknowledgement until it is acknowledged', async () => {
    const jo = await newPerson({ roles: ['ack'] });
    const id = await send({ roles: ['ack'] }, { requiresAck: true });
    expect((await jo.post(`/${id}/archive`)).body).toMatchObject({ status: 409, code: 'ack_required' });
    expect((await jo.delete(`/${id}`)).body).toMatchObject({ status: 409, code: 'ack_required' });
    expect((await jo.post(`/${id}/ack`)).body).toMatchObject({ ackedAt: expect.any(String) });
    expect((await jo.delete(`/${id}`)).status).toBe(204);
    const plain = await send({ users: [jo.id] });
    expect((await jo.post(`/${plain}/ack`)).body).toMatchObject({ status: 409, code: 'ack_not_asked' });
  });

  it('finds by type, category, priority, relation, text and time', async () => {
    const kim = await newPerson();
    const a = await send(
      { users: [kim.id] },
      { type: 'task', title: 'Count 100% of_it', relatedType: 'order', relatedId: '7' },
    );
    const b = await send({ users: [kim.id] }, { category: 'stock', priority: 'urgent', content: 'Möbel knapp' });
    const at = (await kim.get(`/${b}`)).body.createdAt as string;
    const find = (query: string) => idsOf(kim, `?${query}`);
    expect(await find('type=task')).toEqual([a]);
    expect(await find('category=stock')).toEqual([b]);
    expect(await find('priority=urgent')).toEqual([b]);
    expect(await find('relatedType=order&relatedId=7')).toEqual([a]);
    expect(await find(`q=${encodeURIComponent('100% OF_')}`)).toEqual([a]);
    expect(await find(`q=${encodeURIComponent('möbel')}`)).toEqual([b]);
    expect(await find('q=%25')).toEqual([a]);
    expect(await find(`from=${at}`)).toEqual([b]);
    expect(await find(`to=${at}`)).toEqual([a]);
  });

  it('hides expired notifications', async () => {
    const lee = await newPerson({ roles: ['brief'] });
    await send({ users: [lee.id] }, { expiresAt: '2020-01-01T00:00:00Z' });
    await send({ roles: ['brief'] }, { expiresAt: '2020-01-01T00:00:00Z' });
    expect(await idsOf(lee, '?state=all')).toEqual([]);
    expect((await lee.get('/unread-count')).body).toEqual({ count: 0 });
  });

  it('loses a revoked notification everywhere at once, also after it was read', async () => {
    const people = [await newPerson({ roles: ['recall'] }), await newPerson({ roles: ['recall'] }), await newPerson()];
    const id = await send({ roles: ['recall'], users: [people[2]!.id] });
    await people[0]!.put(`/${id}/read`);
    expect((await people[0]!.delete(`/messages/${id}`)).body).toMatchObject({
      status: 403,
      permission: 'notification:admin',
    });
    expect((await sender.delete(`/messages/${id}`)).status).toBe(204);
    expect((await sender.delete(`/messages/${id}`)).status).toBe(204);
    expect((await sender.delete(`/messages/${UNKNOWN}`)).status).toBe(404);
    for (const person of people) {
      expect(await idsOf(person, '?state=all')).not.toContain(id);
      expect((await person.get(`/${id}`)).status).toBe(404);
      expect((await person.put(`/${id}/read`)).status).toBe(404);
    }
  });

  it('answers ids of other people like unknown ids', async () => {
    const mia = await newPerson();
    const id = await send({ users: [mia.id] });
    const stranger = await newPerson();
    const foreigner = await app.person(mia.id, { tenant: 'beta', permissions: ['notification:*'] });
    const shape = ({ status, body }: { status: number; body: Record<string, unknown> }) => {
      const { requestId: _, ...rest } = body;
      return [status, rest];
    };
    const unknown = shape(await mia.get(`/${UNKNOWN}`));
    expect(unknown[0]).toBe(404);
    for (const person of [stranger, foreigner]) {
      expect(shape(await person.get(`/${id}`))).toEqual(unknown);
      for (const op of ['read', 'unread', 'seen', 'archive', 'unarchive', 'unsnooze', 'ack']) {
        expect([op, shape(await person.post(`/${id}/${op}`))]).toEqual([op, unknown]);
      }
      expect(shape(await person.post(`/${id}/snooze`, { until: '2099-01-01T00:00:00Z' }))[0]).toBe(400);
      expect(shape(await person.delete(`/${id}`))).toEqual(unknown);
    }
    expect(shape(await foreigner.delete(`/messages/${id}`))).toEqual(unknown);
    expect(shape(await mia.get('/not-an-id'))).toEqual(unknown);
    expect((await mia.get(`/${id}`)).body).toMatchObject({ revision: 1 });
  });

  it('takes the tenant from the token and ignores the request’s', async () => {
    const ned = await newPerson();
    const inBeta = await app.person(ned.id, { tenant: 'beta' });
    const id = await send({ users: [ned.id] }, { tenantId: 'beta', tenant_id: 'beta' });
    expect(await idsOf(ned, '?tenant_id=beta')).toEqual([id]);
    expect(await idsOf(inBeta, '?tenantId=acme')).toEqual([]);
  });

  it.each([
    ['users', { users: ['x'] }, 'notification:send', 'notification:broadcast'],
    ['topics', { topics: ['a:b'] }, 'notification:send', 'notification:broadcast'],
    ['roles', { roles: ['x'] }, 'notification:broadcast', 'notification:send'],
    ['departments', { departments: ['x'] }, 'notification:broadcast', 'notification:send'],
    ['positions', { positions: ['x'] }, 'notification:broadcast', 'notification:send'],
    ['groups', { groups: ['x'] }, 'notification:broadcast', 'notification:send'],
  ])('requires the permission to address %s', async (_kind, to, needed, other) => {
    const refused = await (await newPerson({ permissions: [other] })).post('', { to, title: 'x' });
    expect([refused.status, refused.body.code, refused.body.permission]).toEqual([403, 'forbidden', needed]);
    expect((await (await newPerson({ permissions: [needed] })).post('', { to, title: 'x' })).status).toBe(201);
  });

  it.each([
    ['no recipient', { to: {}, title: 'x' }, 'to'],
    ['an unknown field', { to: { users: ['a'] }, title: 'x', publishAt: '2099-01-01T00:00:00Z' }, ''],
    ['a title of 201 characters', { to: { users: ['a'] }, title: 'x'.repeat(201) }, 'title'],
    ['NUL in a title', { to: { users: ['a'] }, title: 'a\u0000b' }, 'title'],
    ['half a surrogate pair', { to: { users: ['a'] }, title: '\ud800' }, 'title'],
    ['NUL deep in data', { to: { users: ['a'] }, title: 'x', data: [{ a: '\u0000' }] }, 'data'],
    ['data of 17 KiB', { to: { users: ['a'] }, title: 'x', data: 'x'.repeat(17 * 1024) }, 'data'],
    ['a script as link', { to: { users: ['a'] }, title: 'x', link: 'javascript:alert(1)' }, 'link'],
    ['a link to another host in disguise', { to: { users: ['a'] }, title: 'x', link: '//evil.example' }, 'link'],
    ['a pattern as topic', { to: { topics: ['a:*'] }, title: 'x' }, 'to.topics.0'],
    ['a bad user id', { to: { users: ['a b'] }, title: 'x' }, 'to.users.0'],
    [
      'five actions',
      {
        to: { users: ['a'] },
        title: 'x',
        actions: [0, 1, 2, 3, 4].map((n) => ({ key: `k${n}`, label: 'l', type: 'link', href: '/' })),
      },
      'actions',
    ],
  ])('refuses %s with 400 and the path of the fault', async (_what, body, path) => {
    const answer = await sender.post('', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?cursor=abc', '?state=gone', '?from=yesterday', '?page=2'])(
    'refuses the list %s',
    async (query) => {
      const answer = await sender.get(query);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    },
  );

  it('writes ten thousand named people in one transaction and refuses more', async () => {
    const users = Array.from({ length: 10_001 }, (_, i) => `bulk-${i}`);
    const sent = await sender.post('', { to: { users: users.slice(1) }, title: 'x' });
    expect([sent.status, sent.body.recipients]).toEqual([201, 10_000]);
    expect(await idsOf(await app.person('bulk-10000'))).toEqual([sent.body.id]);
    const refused = await sender.post('', { to: { users }, title: 'x' });
    expect([refused.status, refused.body.code]).toEqual([413, 'too_many_recipients']);
  });

  it('sends once for a dedupeKey, also for concurrent duplicates', async () => {
    const oli = await newPerson();
    const body = { to: { users: [oli.id] }, title: 'x', dedupeKey: 'order-7' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => sender.post('', body)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(await idsOf(oli)).toEqual([answers[0]!.body.id]);
    const foreign = await (await app.sender('beta')).post('', body);
    expect(foreign.body.id).not.toBe(answers[0]!.body.id);
    await app.inTenant('acme', (manager) =>
      manager.query(`update herald.ntf_message set created_at = now() - interval '25 hours' where id = $1`, [
        answers[0]!.body.id,
      ]),
    );
    const nextDay = await sender.post('', body);
    expect(await idsOf(oli)).toEqual([nextDay.body.id, answers[0]!.body.id]);
  });

  it('answers a repeated Idempotency-Key with the first answer, also for concurrent duplicates', async () => {
    const pam = await newPerson();
    const body = { to: { users: [pam.id] }, title: 'x' };
    const headers = { 'Idempotency-Key': 'k-1' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => sender.post('', body, headers)));
    expect(new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(5);
    expect(await idsOf(pam)).toHaveLength(1);
    const other = await sender.post('', { ...body, title: 'y' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    const another = await app.person('sender-2', { permissions: ['notification:*'] });
    expect((await another.post('', body, headers)).body.id).not.toBe(answers[0]!.body.id);
    const failing = { to: { users: [pam.id] }, title: '' };
    expect((await sender.post('', failing, { 'Idempotency-Key': 'k-2' })).status).toBe(400);
    expect((await sender.post('', body, { 'Idempotency-Key': 'k-2' })).status).toBe(201);
    expect((await sender.post('', body, { 'Idempotency-Key': 'ü' })).status).toBe(400);
  });

  it('limits waits: 409 after 3 s for a concurrent duplicate, 503 after 3 s for a locked row', async () => {
    const rosa = await newPerson();
    const id = await send({ users: [rosa.id] });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isHolding: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => (isHolding = resolve));
    const holder = app.inTenant('acme', async (manager) => {
      await manager.query(`select from herald.ntf_item where message_id = $1 for update`, [id]);
      await manager.query(
        `insert into herald.idempotency (tenant_id, actor_id, key, request_sha256) values ('acme', $1, 'held', '')`,
        [rosa.id],
      );
      isHolding();
      await released;
    });
    await holding;
    const [duplicate, busy] = await Promise.all([
      rosa.post('/read-all', {}, { 'Idempotency-Key': 'held' }),
      rosa.put(`/${id}/read`),
    ]);
    release();
    await holder;
    expect([duplicate.status, duplicate.body.code]).toEqual([409, 'idempotency_in_progress']);
    expect([busy.status, busy.body.code, busy.headers.get('retry-after')]).toEqual([503, 'busy', expect.any(String)]);
    expect((await rosa.get('/unread-count')).body).toEqual({ count: 1 });
  });

  it('refuses a change with a stale If-Match', async () => {
    const quin = await newPerson();
    const id = await send({ users: [quin.id] });
    const read = await quin.get(`/${id}`);
    expect(read.headers.get('etag')).toBe('"1"');
    expect((await quin.post(`/${id}/read`, undefined, { 'If-Match': '"1"' })).body.revision).toBe(2);
    const stale = await quin.post(`/${id}/archive`, undefined, { 'If-Match': '"1"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await quin.post(`/${id}/archive`, undefined, { 'If-Match': 'W/"2"' })).status).toBe(400);
  });
});

async function expireUndo(app: NotificationApp, userId: string): Promise<void> {
  await app.inTenant('acme', (manager) =>
    manager.query(`update herald.ntf_user_state set undo_until = now() - interval '1 second' where user_id = $1`, [
      userId,
    ]),
  );
}
