import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asUserId, type Principal } from '@nest-herald/platform';
import { eventually, NotificationApp, type Person } from '../support/notification-app.js';
import type { StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SYSTEM = { tenantId: 'acme', system: true } as const;

describe('Notifications on open streams', () => {
  let database: TestDatabase;
  let app: NotificationApp;
  let second: NotificationApp;
  let sender: Person;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await NotificationApp.start(database);
    second = await NotificationApp.start(database);
    sender = await app.sender();
  });
  afterAll(async () => {
    await app?.stop();
    await second?.stop();
    await database?.drop();
  });

  const send = async (to: object, more: object = {}): Promise<string> => {
    const answer = await sender.post('', { to, title: 'Order 7 is late', ...more });
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };
  const ofType = (stream: StreamReader, type: string) => stream.of(type).map((event) => JSON.parse(event.data));
  const created = (stream: StreamReader, id: string) =>
    ofType(stream, 'notification.created').filter((item) => item.id === id);
  const arrives = (stream: StreamReader, id: string) =>
    stream.until((event) => event.event === 'notification.created' && JSON.parse(event.data).id === id);

  it('push the item of the inbox on every server, only to its recipient', async () => {
    const ann = await app.person('live-ann', { roles: ['live'] });
    const there = await (await second.person('live-ann', { roles: ['live'] })).stream();
    const here = await ann.stream();
    const stranger = await (await app.person('live-bob')).stream();
    const foreigner = await (await second.person('live-ann', { tenant: 'beta', roles: ['live'] })).stream();
    const named = await send({ users: ['live-ann'] });
    const byRole = await send({ roles: ['live'] });
    const toAll = await send({ tenant: true });
    for (const stream of [here, there]) {
      for (const id of [named, byRole, toAll]) await arrives(stream, id);
      expect(ofType(stream, 'notification.created').map((item) => item.id)).toEqual([named, byRole, toAll]);
    }
    const { contentTruncated, ...item } = created(here, byRole)[0];
    expect(contentTruncated).toBe(false);
    expect(item).toEqual((await ann.get(`/${byRole}`)).body);
    await arrives(stranger, toAll);
    expect(ofType(stranger, 'notification.created').map((one) => one.id)).toEqual([toAll]);
    const ours = await (await app.sender('beta')).post('', { to: { tenant: true }, title: 'beta' });
    await arrives(foreigner, ours.body.id);
    expect(ofType(foreigner, 'notification.created').map((one) => one.id)).toEqual([ours.body.id]);
  });

  it('push nothing that was rolled back', async () => {
    const cat = await (await app.person('rolled-cat')).stream();
    const input = { to: { users: ['rolled-cat'] }, title: 'x' };
    let ghost = '';
    await expect(
      app.dataSource.transaction(async (manager) => {
        ghost = (await app.notifications.send(manager, SYSTEM, input)).id;
        throw new Error('the order cannot be booked');
      }),
    ).rejects.toThrow('the order cannot be booked');
    const real = await app.dataSource.transaction((manager) => app.notifications.send(manager, SYSTEM, input));
    await arrives(cat, real.id);
    expect(created(cat, ghost)).toEqual([]);
    const { items } = (await (await app.person('rolled-cat')).get()).body;
    expect(items.map((item: { id: string }) => item.id)).toContain(real.id);
    expect(items.map((item: { id: string }) => item.id)).not.toContain(ghost);
  });

  it('refuse a send without a transaction, or in one of another tenant', async () => {
    const input = { to: { tenant: true }, title: 'x' } as const;
    await expect(app.notifications.send(app.dataSource.manager, SYSTEM, input)).rejects.toMatchObject({
      code: 'ERR_SSE_NO_TRANSACTION',
    });
    await expect(
      app.inTenant('beta', (manager) => app.notifications.send(manager, SYSTEM, input)),
    ).rejects.toMatchObject({ code: 'ERR_SSE_TENANT_MISMATCH' });
  });

  it('name the call in the error of a failed or ended transaction', async () => {
    const input = { to: { tenant: true }, title: 'x' } as const;
    const refusal = {
      code: 'ERR_SSE_NO_TRANSACTION',
      message: expect.stringMatching(/^NotificationService\.send joins an open transaction, but/),
    };
    let kept = app.dataSource.manager;
    await app.dataSource.transaction(async (manager) => {
      kept = manager;
      await manager.query('select 1 / 0').catch(() => undefined);
      await expect(app.notifications.send(manager, SYSTEM, input)).rejects.toMatchObject(refusal);
    });
    await expect(app.notifications.send(kept, SYSTEM, input)).rejects.toMatchObject(refusal);
  });

  it('name the sender, and none for the system', async () => {
    const principal = { tenantId: 'acme', userId: asUserId('the-boss') } as Principal;
    const ids = [
      (await app.notifications.sendNow(principal, { to: { users: ['named-dan'] }, title: 'x' })).id,
      (await app.notifications.sendNow(SYSTEM, { to: { users: ['named-dan'] }, title: 'x' })).id,
    ];
    const dan = await app.person('named-dan');
    const actors = await Promise.all(ids.map(async (id) => (await dan.get(`/${id}`)).body.actorId));
    expect(actors).toEqual(['the-boss', null]);
  });

  it('replay what was sent while the reader was away, once, after their last event', async () => {
    const eve = await app.person('away-eve', { roles: ['away'] });
    const first = await eve.stream();
    const before = await send({ users: ['away-eve'] });
    await arrives(first, before);
    const position = first.position()!;
    await first.close();
    const missed = [await send({ roles: ['away'] }), await send({ users: ['away-eve', 'other'] })];
    const back = await eve.stream(position);
    for (const id of missed) await arrives(back, id);
    expect(ofType(back, 'notification.created').map((item) => item.id)).toEqual(missed);
    const newcomer = await app.person('newcomer', { roles: ['away'] });
    expect((await newcomer.get()).body.items.map((item: { id: string }) => item.id)).toContain(missed[0]);
  });

  it('cut long content in the event at a whole character and mark it as truncated', async () => {
    const fay = await app.person('long-fay');
    const stream = await fay.stream();
    const content = 'ü😀'.repeat(500);
    const id = await send({ users: ['long-fay'] }, { content });
    await arrives(stream, id);
    const [event] = created(stream, id);
    expect(event.contentTruncated).toBe(true);
    expect(Buffer.byteLength(event.content)).toBeLessThanOrEqual(2_048);
    expect(content.startsWith(event.content)).toBe(true);
    expect((await fay.get(`/${id}`)).body.content).toBe(content);
  });

  it('push counts after connected, and after each change of the reader’s own rows, on every server', async () => {
    const gus = await app.person('counted-gus', { roles: ['counted'] });
    await send({ users: ['counted-gus'] });
    await send({ roles: ['counted'] });
    const here = await gus.stream();
    const there = await (await second.person('counted-gus', { roles: ['counted'] })).stream();
    const told = (stream: StreamReader) => ofType(stream, 'notification.counts').at(-1)?.unread;
    const shows = (unread: number) =>
      eventually(() => {
        expect([told(here), told(there)]).toEqual([unread, unread]);
      });
    const inbox = (await gus.get('/counts')).body.unread as number;
    await shows(inbox);
    expect(here.events()[0]?.event).toBe('connected');
    expect(here.of('notification.counts').every((event) => event.id === undefined)).toBe(true);
    const id = await send({ users: ['counted-gus', 'other-person'] });
    await shows(inbox + 1);
    await gus.put(`/${id}/read`);
    await shows(inbox);
    const { undoToken } = (await gus.post('/read-all')).body;
    await shows(0);
    await gus.post('/undo', { undoToken });
    await shows(inbox);
    expect(ofType(there, 'notification.counts').at(-1)).toEqual((await gus.get('/counts')).body);
  });

  it('push changes to the reader’s other devices and to no other person', async () => {
    const hal = await app.person('device-hal');
    const other = await (await second.person('device-hal')).stream();
    const stranger = await (await app.person('device-ida')).stream();
    const id = await send({ users: ['device-hal'] });
    await hal.put(`/${id}/read`);
    await hal.post(`/${id}/archive`);
    await hal.post('/read-all', { category: 'message' });
    await hal.delete(`/${id}`);
    await other.until((event) => event.event === 'notification.removed');
    expect(ofType(other, 'notification.updated')).toEqual([
      { id, patch: { isRead: true, readAt: expect.any(String), seenAt: expect.any(String) }, revision: 2 },
      { id, patch: { archivedAt: expect.any(String) }, revision: 3 },
    ]);
    expect(ofType(other, 'notification.marked')).toEqual([{ category: 'message', undone: false }]);
    expect(ofType(other, 'notification.removed')).toEqual([{ id, reason: 'deleted' }]);
    const end = await send({ users: ['device-ida'] });
    await arrives(stranger, end);
    expect(stranger.events().filter((event) => event.data.includes(id))).toEqual([]);
  });

  it('push a revocation to every recipient', async () => {
    const [kim, lee] = [await app.person('back-kim', { roles: ['back'] }), await app.person('back-lee')];
    const streams = [await kim.stream(), await lee.stream()];
    const id = await send({ roles: ['back'], users: ['back-lee'] });
    for (const stream of streams) await arrives(stream, id);
    await kim.put(`/${id}/read`);
    expect((await sender.delete(`/messages/${id}`)).status).toBe(204);
    for (const stream of streams) {
      await stream.until((event) => event.event === 'notification.removed');
      expect(ofType(stream, 'notification.removed')).toEqual([{ id, reason: 'revoked' }]);
    }
  });

  it('write one row for an announcement to all, however many read it', async () => {
    const rows = () =>
      app.inTenant('gamma', async (manager) => {
        const [row] = await manager.query(`select
          (select count(*)::int from herald.ntf_message) as messages, (select count(*)::int from herald.ntf_audience) as audiences,
          (select count(*)::int from herald.ntf_item) as items`);
        return row;
      });
    const reader = await app.person('gamma-1', { tenant: 'gamma' });
    const boss = await app.sender('gamma');
    const { id } = (await boss.post('', { to: { tenant: true }, title: 'Closed on Friday' })).body;
    expect((await reader.get()).body.items).toHaveLength(1);
    expect(await rows()).toEqual({ messages: 1, audiences: 1, items: 0 });
    await reader.put(`/${id}/read`);
    expect(await rows()).toEqual({ messages: 1, audiences: 1, items: 1 });
    await (await app.person('gamma-2', { tenant: 'gamma' })).post('/read-all');
    expect(await rows()).toEqual({ messages: 1, audiences: 1, items: 1 });
  });
});
