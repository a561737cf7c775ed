import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Test } from '@nestjs/testing';
import { SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { NotificationsModule, NotificationService } from '@nest-herald/notifications';
import { NotificationApp, type Person } from '../support/notification-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { TEST_SECRET } from '../support/sse-app.js';

/**
 * The defects of the legacy notification package. Each is one scenario that this package passes and a small model of the
 * defect fails. 21 and 22 concern mail and WebSockets, which this package does not have.
 */
describe('Defects of the legacy notification package', () => {
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

  const newPerson = async () => {
    const id = `defect-${++serial}`;
    return { id, ...(await app.person(id)) };
  };
  const send = async (to: object, more: object = {}): Promise<string> =>
    (await sender.post('', { to, title: 'x', ...more })).body.id;
  /** The scenario must detect the defect: it fails, by its own assertion. */
  const catches = (scenario: Promise<void>) => expect(scenario).rejects.toThrow(/expect\(/);

  interface Store {
    send(tenant: string, user: string): Promise<string>;
    finds(tenant: string, user: string, id: string): Promise<boolean>;
  }

  async function showsOnlyToItsReader(store: Store): Promise<void> {
    const id = await store.send('acme', 'thirteen');
    expect(await store.finds('acme', 'thirteen', id)).toBe(true);
    expect(await store.finds('acme', 'other-person', id)).toBe(false);
    expect(await store.finds('beta', 'thirteen', id)).toBe(false);
  }

  it('13: an id of another person or tenant finds nothing, and no request reaches another tenant', async () => {
    await showsOnlyToItsReader({
      send: (_tenant, user) => send({ users: [user] }, { tenant_id: 'beta' }),
      finds: async (tenant, user, id) => (await (await app.person(user, { tenant })).get(`/${id}`)).status === 200,
    });
    const rows = new Map<string, object>();
    await catches(
      showsOnlyToItsReader({
        send: (tenant, user) => {
          rows.set('1', { tenant, user });
          return Promise.resolve('1');
        },
        // SELECT … WHERE id = $1
        finds: (_tenant, _user, id) => Promise.resolve(rows.has(id)),
      }),
    );
  });

  interface Route {
    readonly method: string;
    readonly path: string;
  }

  function noneIsShadowed(routes: readonly Route[]): void {
    const shadowed = routes.filter(({ method, path }, index) =>
      routes
        .slice(0, index)
        .some((earlier) => earlier.method === method && earlier.path !== path && takes(earlier.path, path)),
    );
    expect(shadowed).toEqual([]);
  }

  it('14: no route with a parameter hides a later fixed route', async () => {
    const router = app.router as { stack: { route?: { path: string | string[]; stack: { method: string }[] } }[] };
    const routes = router.stack.flatMap(({ route }) =>
      [route?.path ?? []].flat().flatMap((path) => (route?.stack ?? []).map(({ method }) => ({ method, path }))),
    );
    const ours = routes.filter(({ path }) => path.startsWith('/api/v1/notifications'));
    expect(ours.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/api/v1/notifications/:id',
        '/api/v1/notifications/counts',
        '/api/v1/notifications/stream',
      ]),
    );
    noneIsShadowed(ours);
    const reader = await newPerson();
    expect((await reader.get('/unread-count')).body).toEqual({ count: 0 });
    expect(() =>
      noneIsShadowed([
        { method: 'get', path: '/api/v1/notifications/:id' },
        { method: 'get', path: '/api/v1/notifications/unread-count' },
      ]),
    ).toThrow(/expect\(/);
  });

  interface Publisher {
    /** Stores a notification and ends the process right after the commit. */
    storeAndDie(user: string): Promise<string>;
    isPushed(user: string, id: string): Promise<boolean>;
  }

  async function pushesWhatWasStored(publisher: Publisher): Promise<void> {
    const id = await publisher.storeAndDie('fifteen');
    expect(await publisher.isPushed('fifteen', id)).toBe(true);
  }

  it('15: a committed notification is pushed, even if its process dies right after the commit', async () => {
    const stream = await (await app.person('fifteen')).stream();
    await pushesWhatWasStored({
      storeAndDie: async (user) => {
        const postgres = createPostgresSse({ connectionString: database.url, nodeId: 'dying' });
        // It is never initialised: its hub, sequencer and timers do not run, as if it had ended with the commit.
        const dying = await Test.createTestingModule({
          imports: [
            SseModule.forRoot({ jwt: { secret: TEST_SECRET }, eventLog: postgres.eventLog, isGlobal: true }),
            TypeOrmModule.forRoot({ type: 'postgres', url: database.appUrl }),
            NotificationsModule.forRoot({}),
          ],
        }).compile();
        const input = { to: { users: [user] }, title: 'x' };
        const { id } = await dying.get(NotificationService).sendNow({ tenantId: 'acme', system: true }, input);
        await dying.close();
        await postgres.stop();
        return id;
      },
      isPushed: (_user, id) =>
        stream
          .until((event) => event.event === 'notification.created' && event.data.includes(id), 5_000)
          .then(
            () => true,
            () => false,
          ),
    });
    const pushed = new Set<string>();
    await catches(
      pushesWhatWasStored({
        // go func() { push(n) }() after the insert: lost with the process.
        storeAndDie: () => {
          const push = setImmediate(() => pushed.add('1'));
          clearImmediate(push);
          return Promise.resolve('1');
        },
        isPushed: (_user, id) => new Promise((resolve) => setImmediate(() => resolve(pushed.has(id)))),
      }),
    );
  });

  interface Inbox {
    create(): Promise<string>;
    /** Waits for background work of the creation. */
    settled(): Promise<void>;
    apply(id: string, operation: 'read' | 'archive'): Promise<void>;
    state(id: string): Promise<{ readonly isRead: boolean; readonly isArchived: boolean }>;
  }

  async function losesNoChange(inbox: Inbox): Promise<void> {
    const id = await inbox.create();
    await Promise.all([inbox.apply(id, 'read'), inbox.apply(id, 'archive')]);
    await inbox.settled();
    expect(await inbox.state(id)).toEqual({ isRead: true, isArchived: true });
  }

  it('16: pushing never overwrites a concurrent change of the reader, and two devices do not undo each other', async () => {
    for (let round = 0; round < 10; round++) {
      const reader = await newPerson();
      const stream = await reader.stream();
      await losesNoChange({
        create: () => send({ users: [reader.id] }),
        settled: async () => void (await stream.until((event) => event.event === 'notification.created')),
        apply: async (id, operation) => void (await reader.post(`/${id}/${operation}`)),
        state: async (id) => {
          const { isRead, archivedAt } = (await reader.get(`/${id}`)).body;
          return { isRead, isArchived: archivedAt !== null };
        },
      });
    }
    let row = { isRead: false, isArchived: false };
    let background: Promise<void> = Promise.resolve();
    await catches(
      losesNoChange({
        create: () => {
          const copy = { ...row };
          // UPDATE … SET every column, from the object that was created before the reader’s change.
          background = new Promise((resolve) => setImmediate(resolve)).then(() => void (row = copy));
          return Promise.resolve('1');
        },
        settled: () => background,
        apply: (_id, operation) => {
          row = operation === 'read' ? { ...row, isRead: true } : { ...row, isArchived: true };
          return Promise.resolve();
        },
        state: () => Promise.resolve(row),
      }),
    );
  });

  async function remembersBoth(inbox: Inbox): Promise<void> {
    const id = await inbox.create();
    await inbox.apply(id, 'archive');
    await inbox.apply(id, 'read');
    expect(await inbox.state(id)).toEqual({ isRead: true, isArchived: true });
  }

  it('17: the read state erases no other state', async () => {
    const reader = await newPerson();
    await remembersBoth({
      create: () => send({ users: [reader.id] }),
      settled: () => Promise.resolve(),
      apply: async (id, operation) => void (await reader.post(`/${id}/${operation}`)),
      state: async (id) => {
        const { isRead, archivedAt } = (await reader.get(`/${id}`)).body;
        return { isRead, isArchived: archivedAt !== null };
      },
    });
    let status = 'sent';
    await catches(
      remembersBoth({
        create: () => Promise.resolve('1'),
        settled: () => Promise.resolve(),
        apply: (_id, operation) => {
          status = operation;
          return Promise.resolve();
        },
        state: () => Promise.resolve({ isRead: status === 'read', isArchived: status === 'archive' }),
      }),
    );
  });

  interface Countable {
    /** Creates one unread notification in the inbox, and others outside it. */
    fill(): Promise<void>;
    unread(): Promise<number>;
    listed(): Promise<number>;
  }

  async function countsWhatTheInboxShows(inbox: Countable): Promise<void> {
    await inbox.fill();
    expect(await inbox.listed()).toBe(1);
    expect(await inbox.unread()).toBe(1);
  }

  it('18: the count covers exactly what the inbox shows as unread', async () => {
    const reader = await newPerson();
    await countsWhatTheInboxShows({
      fill: async () => {
        const ids: string[] = [];
        for (let i = 0; i < 6; i++) ids.push(await send({ users: [reader.id] }));
        await send({ users: [reader.id] }, { expiresAt: '2020-01-01T00:00:00Z' });
        await reader.put(`/${ids[1]}/read`);
        await reader.post(`/${ids[2]}/archive`);
        await reader.delete(`/${ids[3]}`);
        await reader.post(`/${ids[4]}/snooze`, { until: new Date(Date.now() + 3_600_000).toISOString() });
        await sender.delete(`/messages/${ids[5]}`);
      },
      unread: async () => (await reader.get('/unread-count')).body.count,
      listed: async () => (await reader.get('?state=unread')).body.items.length,
    });
    const rows = [
      { channel: 'in_app', readAt: null },
      { channel: 'email', readAt: null },
    ];
    await catches(
      countsWhatTheInboxShows({
        fill: () => Promise.resolve(),
        // SELECT count(*) … WHERE read_at IS NULL, for every channel.
        unread: () => Promise.resolve(rows.filter((row) => row.readAt === null).length),
        listed: () => Promise.resolve(rows.filter((row) => row.channel === 'in_app').length),
      }),
    );
  });

  async function refusesASecondLiveRow(insert: () => Promise<unknown>): Promise<void> {
    await insert();
    await expect(insert()).rejects.toMatchObject({ driverError: { code: '23505' } });
  }

  it('19: the database refuses a second live row with the same key', async () => {
    const insertInto = (table: string, columns: string) => () =>
      app.inTenant('acme', (manager) => manager.query(`insert into ${table} ${columns}`));
    await refusesASecondLiveRow(
      insertInto(
        'herald.ntf_message',
        `(tenant_id, id, type, category, priority, title, delivery_mode, dedupe_key)
         values ('acme', gen_random_uuid(), 'message', 'x', 1, 'x', 'm', 'nineteen')`,
      ),
    );
    await app.inTenant('acme', async (manager) => {
      await manager.query(
        `create temp table template (tenant_id text, code text, deleted_at timestamptz, unique (tenant_id, code, deleted_at))`,
      );
      // NULLs are distinct, so the key of every live row is distinct.
      await catches(refusesASecondLiveRow(() => manager.query(`insert into template values ('acme', 'a', null)`)));
      await manager.query('drop table template');
    });
  });

  /** A tool that runs numbered migrations by number, each once. */
  function areDistinct(numbers: readonly string[]): void {
    expect(new Set(numbers).size).toBe(numbers.length);
    expect([...numbers].sort()).toEqual(numbers);
  }

  it('20: no migration number of a package repeats', () => {
    const root = new URL('../../migrations/', import.meta.url);
    const packages = readdirSync(root, { withFileTypes: true }).filter(
      ({ name }) => /^[a-z]+$/.test(name) && name !== 'src' && name !== 'dist',
    );
    const numbers = packages.map(({ name }) =>
      readdirSync(new URL(`${name}/`, root)).filter((file) => /^\d/.test(file)),
    );
    expect(numbers.filter((files) => files.length > 0)).toHaveLength(6);
    for (const files of numbers) areDistinct(files.map((file) => file.slice(0, 4)));
    expect(() => areDistinct(['007', '008', '008', '009', '009'])).toThrow(/expect\(/);
  });
});

/** Whether a route pattern matches the path of another route. */
function takes(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const actual = path.split('/');
  return (
    wanted.length === actual.length &&
    wanted.every((part, i) => part === actual[i] || (part.startsWith(':') && !actual[i]!.startsWith(':')))
  );
}
