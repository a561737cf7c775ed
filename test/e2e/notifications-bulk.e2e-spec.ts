import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotificationApp, type Person } from '../support/notification-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('POST /notifications/bulk', () => {
  let database: TestDatabase;
  let app: NotificationApp;
  let sender: Person;
  let serial = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await NotificationApp.start(database);
    sender = await app.sender();
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  /** A person with that many notifications, newest last. */
  async function reader(count: number, more: object = {}, roles: readonly string[] = []) {
    const user = `bulk-${++serial}`;
    const person = await app.person(user, { roles });
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const { body } = await sender.post('', { to: { users: [user] }, title: `n${i}`, ...more });
      ids.push(body.id as string);
    }
    return { user, ids, ...person };
  }
  const idsOf = async (person: Pick<Person, 'get'>, query: string): Promise<readonly string[]> =>
    ((await person.get(query)).body.items as { id: string }[]).map(({ id }) => id);

  it('changes the named ids, publishes each change, and skips ids of other people', async () => {
    const ann = await reader(3);
    const other = await reader(1);
    const device = await ann.stream();
    const named = [ann.ids[0], ann.ids[2], ann.ids[2], other.ids[0], randomUUID()];
    const done = await ann.post('/bulk', { op: 'archive', ids: named });
    expect([done.status, done.body]).toEqual([200, { count: 2 }]);
    expect(await idsOf(ann, '?state=archived')).toEqual([ann.ids[2], ann.ids[0]]);
    for (const id of [ann.ids[0], ann.ids[2]]) {
      await device.until(({ event, data }) => event === 'notification.updated' && data.includes(id ?? ''));
    }
    expect((await other.get('/unread-count')).body).toEqual({ count: 1 });
    expect((await ann.post('/bulk', { op: 'archive', ids: named })).body).toEqual({ count: 0 });
  });

  it('changes exactly what a filter shows, announcements included', async () => {
    const bob = await reader(2, { category: 'orders' }, ['buyer']);
    await sender.post('', { to: { users: [bob.user] }, title: 'leave', category: 'leave' });
    await sender.post('', { to: { roles: ['buyer'] }, title: 'all', category: 'orders' });
    expect((await bob.post('/bulk', { op: 'read', filter: { category: 'orders' } })).body).toEqual({ count: 3 });
    expect((await bob.get('/counts')).body.byCategory).toMatchObject({ leave: { unread: 1 } });
    expect((await bob.get('/unread-count')).body).toEqual({ count: 1 });
    expect((await bob.post('/bulk', { op: 'delete', filter: { state: 'read' } })).body).toEqual({ count: 3 });
    expect(await idsOf(bob, '?state=all')).toHaveLength(1);
  });

  it('changes all or none, when one item requires an acknowledgement', async () => {
    const cat = await reader(2);
    const { body } = await sender.post('', { to: { users: [cat.user] }, title: 'sign', requiresAck: true });
    const refused = await cat.post('/bulk', { op: 'archive', ids: [...cat.ids, body.id] });
    expect([refused.status, refused.body.code]).toEqual([409, 'ack_required']);
    expect(await idsOf(cat, '?state=archived')).toEqual([]);
    expect((await cat.post('/bulk', { op: 'ack', ids: [body.id] })).body).toEqual({ count: 1 });
    expect((await cat.post('/bulk', { op: 'archive', filter: {} })).body).toEqual({ count: 3 });
  });

  it('runs once for an Idempotency-Key', async () => {
    const dan = await reader(2);
    const key = { 'Idempotency-Key': 'bulk-1' };
    const request = { op: 'read', filter: { state: 'unread' } };
    expect((await dan.post('/bulk', request, key)).body).toEqual({ count: 2 });
    await dan.post(`/${dan.ids[0]}/unread`);
    const again = await dan.post('/bulk', request, key);
    expect([again.body, again.headers.get('Idempotency-Replayed')]).toEqual([{ count: 2 }, 'true']);
    expect((await dan.get('/unread-count')).body).toEqual({ count: 1 });
  });

  it('refuses a filter that shows more than 500 items before it changes any', async () => {
    const eve = await reader(1);
    await app.inTenant('acme', (manager) =>
      manager.query(
        `with made as (
           insert into herald.ntf_message (tenant_id, id, type, category, priority, title, delivery_mode)
           select 'acme', herald.uuid_floor(now() + n * interval '1 millisecond'), 'message', 'many', 1, 'x', 'm'
             from generate_series(1, 501) n returning id, category, priority)
         insert into herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
         select 'acme', $1, id, id, category, priority from made`,
        [eve.user],
      ),
    );
    const refused = await eve.post('/bulk', { op: 'read', filter: {} });
    expect([refused.status, refused.body.code]).toEqual([413, 'too_many_items']);
    expect((await eve.get('/unread-count')).body).toEqual({ count: 502 });
  });

  it.each([
    ['neither ids nor a filter', { op: 'read' }],
    ['both', { op: 'read', ids: [randomUUID()], filter: {} }],
    ['no ids', { op: 'read', ids: [] }],
    ['501 ids', { op: 'read', ids: Array.from({ length: 501 }, () => randomUUID()) }],
    ['an id that is none', { op: 'read', ids: ['x'] }],
    ['an unknown operation', { op: 'explode', filter: {} }],
    ['an operation that needs more', { op: 'snooze', filter: {} }],
    ['an unknown filter', { op: 'read', filter: { colour: 'red' } }],
  ])('refuses %s', async (_, body) => {
    const answer = await sender.post('/bulk', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});
