import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Answer } from '../support/http.js';
import { eventually, NotificationApp, type Person } from '../support/notification-app.js';
import { perProfile } from '../support/profile.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SYSTEM = { tenantId: 'acme', system: true } as const;

/** An implementation of read states, in which a notification may commit while its reader marks everything as read. */
interface MarkableInbox {
  /** Starts a send: the notification has its id, and no reader sees it before `commit`. */
  begin(): Promise<{ readonly id: string; commit(): Promise<void> }>;
  markAll(): Promise<void>;
  isRead(id: string): Promise<boolean>;
}

async function isNotBornRead(inbox: MarkableInbox): Promise<void> {
  const early = await inbox.begin();
  await early.commit();
  const late = await inbox.begin();
  await inbox.markAll();
  await late.commit();
  expect({ early: await inbox.isRead(early.id), late: await inbox.isRead(late.id) }).toEqual({
    early: true,
    late: false,
  });
}

/** The rejected design: everything up to the newest id counts as read. */
class WatermarkInbox implements MarkableInbox {
  #watermark = '';
  begin() {
    const id = uuidv7();
    return Promise.resolve({ id, commit: () => Promise.resolve() });
  }
  markAll() {
    this.#watermark = uuidv7();
    return Promise.resolve();
  }
  isRead(id: string) {
    return Promise.resolve(id <= this.#watermark);
  }
}

/** Each round is 90 operations of three devices and six senders. */
const ROUNDS = perProfile(1, 4);

describe('Counts and read marks', () => {
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

  /** Sends, and commits on demand. */
  async function uncommitted(to: {
    users?: string[];
    roles?: string[];
  }): Promise<{ id: string; commit(): Promise<void> }> {
    let commit: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let done: Promise<void> = Promise.resolve();
    const id = await new Promise<string>((resolve, reject) => {
      done = app.dataSource.transaction(async (manager) => {
        const sent = await app.notifications.send(manager, SYSTEM, { to, title: 'x' });
        resolve(sent.id);
        await gate;
      });
      done.catch(reject);
    });
    return {
      id,
      commit: async () => {
        commit();
        await done;
      },
    };
  }

  it.each([
    ['named', { users: ['late'] }],
    ['addressed by a role', { roles: ['late'] }],
  ])('keep a notification unread that commits after "mark all" (%s)', async (_how, to) => {
    const reader = await app.person('late', { roles: ['late'] });
    await isNotBornRead({
      begin: () => uncommitted(to),
      markAll: async () => void (await reader.post('/read-all')),
      isRead: async (id) => (await reader.get(`/${id}`)).body.isRead,
    });
    await expect(isNotBornRead(new WatermarkInbox())).rejects.toThrow('"late": true');
  });

  it('never move marks of one person backwards when two devices mark at once', async () => {
    const reader = await app.person('twice');
    await reader.post('/read-all');
    let second: Promise<unknown> = Promise.resolve();
    const id = await app.inTenant('acme', async (manager) => {
      // The first device has locked the person's state …
      await manager.query(`update herald.ntf_user_state set rev = rev + 1 where user_id = 'twice' and category = ''`);
      // … the second device waits …
      second = reader.post('/read-all');
      await eventually(async () => {
        const waiting = await manager.query(`select from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = current_database()`);
        expect(waiting).toHaveLength(1);
      });
      // … and must not undo the first device's mark with an older snapshot.
      const sent = await app.notifications.sendNow(SYSTEM, { to: { users: ['twice'] }, title: 'x' });
      await manager.query(
        `update herald.ntf_user_state set read_snapshot = pg_current_snapshot(), read_marked_at = clock_timestamp()
          where user_id = 'twice' and category = ''`,
      );
      return sent.id;
    });
    await second;
    expect((await reader.get(`/${id}`)).body.isRead).toBe(true);
  });

  it('show 999 and "capped" when there is more', async () => {
    const reader = await app.person('rich');
    await app.inTenant('acme', (manager) =>
      manager.query(
        `with m as (
           insert into herald.ntf_message (tenant_id, id, type, category, priority, title, delivery_mode)
           select 'acme', gen_random_uuid(), 'message', 'c' || n % 2, 1, 'x', 'm' from generate_series(1, 1010) n returning *)
         insert into herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
         select 'acme', 'rich', id, id, category, 1 from m`,
      ),
    );
    const { body } = await reader.get('/counts');
    expect([body.unread, body.unseen, body.capped]).toEqual([999, 999, true]);
    expect((await reader.get('/unread-count')).body).toEqual({ count: 999 });
  });

  it('never drift: after random work of three devices and many senders, pushed counts equal a recount', async () => {
    const roles = ['drift-a', 'drift-b'];
    const devices = await Promise.all([1, 2, 3].map(() => app.person('drift', { roles })));
    const stream = await devices[0]!.stream();
    const seed = Number(process.env.DRIFT_SEED ?? Date.now() % 100_000);
    const random = generator(seed);
    const known: string[] = [];
    const undo: string[] = [];
    const work = async (worker: number): Promise<void> => {
      for (let step = 0; step < 15; step++) {
        const device = devices[worker % devices.length]!;
        if (random() < 0.35 || known.length === 0) await sendSlowly(known, random, roles);
        else await operate(device, known, undo, random);
      }
    };
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all([0, 1, 2, 3, 4, 5].map(work));
      // At each comparison some item is unread, after any mark.
      known.push((await app.notifications.sendNow(SYSTEM, { to: { users: ['drift'] }, title: 'x' })).id);
      const recount = await app.inTenant('acme', (manager) => recountOf(manager, 'drift', roles));
      expect(recount.unread).toBeGreaterThan(0);
      const numbers = ({ unread, unseen, byCategory }: typeof recount) => ({ seed, unread, unseen, byCategory });
      expect(numbers((await devices[1]!.get('/counts')).body)).toEqual(numbers(recount));
      await eventually(() => {
        expect(numbers(JSON.parse(stream.of('notification.counts').at(-1)!.data))).toEqual(numbers(recount));
      });
    }
  }, 60_000);

  async function sendSlowly(known: string[], random: () => number, roles: readonly string[]): Promise<void> {
    const waitMs = random() * 30;
    const to =
      random() < 0.5 ? { users: ['drift'] } : { roles: [roles[Math.floor(random() * 2)]!], users: ['other-person'] };
    const rollBack = random() < 0.1;
    await app.dataSource
      .transaction(async (manager) => {
        const { id } = await app.notifications.send(manager, SYSTEM, {
          to,
          title: 'x',
          category: `c${waitMs > 15 ? 1 : 0}`,
        });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        if (rollBack) throw new Error('rolled back');
        known.push(id);
      })
      .catch((error: Error) => expect(error.message).toBe('rolled back'));
  }

  async function operate(
    device: Person,
    known: readonly string[],
    undo: string[],
    random: () => number,
  ): Promise<void> {
    const id = known[Math.floor(random() * known.length)]!;
    const operations = [
      'read',
      'unread',
      'seen',
      'archive',
      'unarchive',
      'delete',
      'snooze',
      'unsnooze',
      'read-all',
      'undo',
      'revoke',
      'read-many',
    ];
    const operation = operations[Math.floor(random() * operations.length)]!;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const special: Readonly<Record<string, () => Promise<Answer | void>>> = {
      delete: () => device.delete(`/${id}`),
      snooze: () => device.post(`/${id}/snooze`, { until }),
      'read-all': () => device.post('/read-all', random() < 0.5 ? { category: 'c1' } : {}),
      undo: () => device.post('/undo', { undoToken: undo.pop() ?? 'none' }),
      revoke: () => app.inTenant('acme', (manager) => app.notifications.revoke(manager, SYSTEM, id)),
      'read-many': () => device.put('/read', { ids: known.slice(-5) }),
    };
    const answer = await (special[operation] ?? (() => device.post(`/${id}/${operation}`)))();
    if (operation === 'read-all') undo.push(answer?.body.undoToken);
    expect([operation, [200, 204, 404].includes(answer?.status ?? 200)]).toEqual([operation, true]);
  }
});

/** Counts every notification of the tenant one by one, without the optimisations of the product. */
async function recountOf(manager: EntityManager, userId: string, roles: readonly string[]) {
  const rows: { category: string; seen: boolean }[] = await manager.query(
    `select m.category, coalesce(i.seen_at is not null, false) or exists (select from herald.ntf_user_state s
        where s.user_id = $1 and s.category in ('', m.category)
          and pg_visible_in_snapshot(coalesce(i.unread_xid, i.created_xid, m.created_xid), s.seen_snapshot)) as seen
       from herald.ntf_message m left join herald.ntf_item i on i.message_id = m.id and i.user_id = $1
      where m.revoked_at is null
        and (i.user_id is not null and not i.by_audience
             or exists (select from herald.ntf_audience a where a.message_id = m.id and a.key = any($2)))
        and i.deleted_at is null and i.archived_at is null and coalesce(i.snoozed_until, now()) <= now()
        and i.read_at is null
        and not exists (select from herald.ntf_user_state s where s.user_id = $1 and s.category in ('', m.category)
          and pg_visible_in_snapshot(coalesce(i.unread_xid, i.created_xid, m.created_xid), s.read_snapshot))`,
    [userId, roles.map((role) => `role:${role}`)],
  );
  const byCategory: Record<string, { unread: number; unseen: number }> = {};
  for (const { category, seen } of rows) {
    const counts = (byCategory[category] ??= { unread: 0, unseen: 0 });
    counts.unread += 1;
    if (!seen) counts.unseen += 1;
  }
  return { unread: rows.length, unseen: rows.filter((row) => !row.seen).length, byCategory };
}

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
