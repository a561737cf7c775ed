import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotificationApp } from '../support/notification-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('Notifications about settled records', () => {
  let database: TestDatabase;
  let app: NotificationApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await NotificationApp.start(database);
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const send = (users: string[], relatedId: string, more: object = {}) =>
    app.notifications.sendNow(
      { tenantId: 'acme', system: true },
      { to: { users }, title: 'decide', relatedType: 'task', relatedId, ...more },
    );
  const close = (relatedIds: string[], tenant = 'acme') =>
    app.inTenant(tenant, (manager) =>
      app.notifications.closeRelated(manager, tenant, { relatedType: 'task', relatedIds }),
    );

  it('leave every inbox, read and archived, and other devices receive the change', async () => {
    const [ann, bob] = [await app.person('ann'), await app.person('bob')];
    const stream = await ann.stream();
    const { id } = await send(['ann', 'bob'], 't1');
    await send(['ann'], 't2');
    expect(await close(['t1'])).toBe(2);
    const told = await stream.until(({ event }) => event === 'notification.updated');
    expect(JSON.parse(told.data)).toMatchObject({ id, revision: 2, patch: { isRead: true } });
    expect((await ann.get()).body.items).toMatchObject([{ relatedId: 't2' }]);
    expect((await bob.get()).body.items).toEqual([]);
    expect((await bob.get('/counts')).body).toMatchObject({ unread: 0 });
    expect(await close(['t1'])).toBe(0);
  });

  it('stay when they require an acknowledgement, and in other tenants', async () => {
    await send(['cid'], 't3', { requiresAck: true });
    expect([await close(['t3']), await close(['t2'], 'beta')]).toEqual([0, 0]);
  });

  it('stay when the transaction is rolled back', async () => {
    const dot = await app.person('dot');
    await send(['dot'], 't4');
    const torn = app.inTenant('acme', async (manager) => {
      await app.notifications.closeRelated(manager, 'acme', { relatedType: 'task', relatedIds: ['t4'] });
      throw new Error('torn');
    });
    await expect(torn).rejects.toThrow('torn');
    expect((await dot.get()).body.items).toHaveLength(1);
  });
});
