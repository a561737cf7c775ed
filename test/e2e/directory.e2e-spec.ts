import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type ReceivedEvent, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventually } from '../support/notification-app.js';
import { signToken } from '../support/token.js';

const isConnected = ({ event }: ReceivedEvent): boolean => event === 'connected';

describe('The directory', () => {
  let database: TestDatabase;
  let service: Service;
  /** One tenant per test, so that no test sees another's people. */
  let tenant: string;
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });
  beforeEach(async () => {
    tenant = `tenant-${randomUUID()}`;
    admin = await signToken({ tenant, user: 'admin', roles: ['admin'] });
  });

  const ask = (
    method: string,
    path: string,
    body?: unknown,
    options: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> =>
    call(`${service.url}/api/v1/${path}`, {
      method,
      token: options.token ?? admin,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(body === undefined ? {} : { body }),
    });
  const department = (id: string, parentId: string | null = null, headers: Record<string, string> = {}) =>
    ask('PUT', `directory/departments/${id}`, { name: id, parentId }, { headers });
  const person = (id: string, facts: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    ask(
      'PUT',
      `directory/people/${id}`,
      { name: id, roles: [], departmentIds: [], active: true, ...facts },
      { headers },
    );
  const send = async (to: Record<string, unknown>, title: string): Promise<void> => {
    const sent = await ask('POST', 'notifications', { to, title });
    expect([sent.status, sent.body.code]).toEqual([201, undefined]);
  };
  const titlesOf = async (user: string, roles: readonly string[] = []): Promise<readonly string[]> => {
    const token = await signToken({ tenant, user, roles });
    const list = await ask('GET', 'notifications?state=all', undefined, { token });
    return (list.body.items as { title: string }[]).map(({ title }) => title);
  };
  const streamOf = async (user: string, url = service.url): Promise<StreamReader> => {
    const reader = await openStream(url, { token: await signToken({ tenant, user }) });
    await reader.until(isConnected);
    return reader;
  };
  const got = (reader: StreamReader): readonly string[] =>
    reader.of('notification.created').map(({ data }) => JSON.parse(data).title as string);
  /** Sends until it arrives, because the rights of a stream change shortly after the commit. */
  const untilReached = async (reader: StreamReader, to: Record<string, unknown>): Promise<void> => {
    await eventually(async () => {
      const title = randomUUID();
      await send(to, title);
      await reader.until(({ data }) => data.includes(title), 200);
    });
  };

  it('stores people and departments, with a revision that only a change increases', async () => {
    const facts = {
      email: 'ann@example.com',
      roles: ['finance'],
      departmentIds: ['sales', 'berlin'],
      positionIds: ['clerk'],
      groupIds: ['choir'],
      managerId: 'bob',
    };
    expect((await person('ann', facts)).body).toMatchObject({ id: 'ann', name: 'ann', ...facts, revision: 1 });
    expect((await person('ann', facts)).body.revision).toBe(1);
    const renamed = await person('ann', { ...facts, name: 'Ann Lee' });
    expect([renamed.body.revision, renamed.headers.get('etag')]).toEqual([2, '"2"']);
    const read = await ask('GET', 'directory/people/ann');
    expect([read.body, read.headers.get('etag')]).toEqual([renamed.body, '"2"']);
    await department('sales', 'company');
    expect((await ask('GET', 'directory/departments/sales')).body).toMatchObject({
      id: 'sales',
      parentId: 'company',
      leaderId: null,
      revision: 1,
    });
  });

  it('requires its permission', async () => {
    const token = await signToken({ tenant, user: 'ann', permissions: ['notification:*'] });
    for (const [method, path, body] of [
      ['GET', 'directory/people/ann', undefined],
      ['PUT', 'directory/departments/d', { name: 'd' }],
    ] as const) {
      const answer = await ask(method, path, body, { token });
      expect([answer.status, answer.body.permission]).toEqual([403, 'directory:write']);
    }
  });

  it('refuses invalid input with every fault', async () => {
    const refused = await person('ann', { email: 'no address', roles: ['a', 'a'], departmentIds: ['no spaces'], x: 1 });
    expect(refused.status).toBe(400);
    expect((refused.body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      '',
      'departmentIds.0',
      'email',
      'roles',
    ]);
    expect((await ask('PUT', 'directory/people/no%20id', {})).status).toBe(400);
    expect((await ask('GET', 'directory/people/no%20id')).status).toBe(404);
  });

  it('shows nothing to another tenant', async () => {
    await department('sales');
    await person('ann', { departmentIds: ['sales'] });
    const token = await signToken({ tenant: `other-${tenant}`, user: 'admin', roles: ['admin'] });
    for (const path of ['directory/people/ann', 'directory/departments/sales']) {
      const foreign = await ask('GET', path, undefined, { token });
      const unknown = await ask('GET', `${path}-unknown`, undefined, { token });
      expect(foreign.status).toBe(404);
      expect({ ...foreign.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    }
  });

  it('changes nothing on a stale revision, and once per Idempotency-Key', async () => {
    await department('sales');
    await department('sales', 'company');
    expect((await department('sales', null, { 'If-Match': '"1"' })).body.code).toBe('precondition_failed');
    expect((await department('new', null, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await department('sales', null, { 'If-Match': '"2"' })).body.revision).toBe(3);
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await person('ann', {}, key);
    await person('ann', { name: 'changed meanwhile' });
    const again = await person('ann', {}, key);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
    expect((await person('ann', { name: 'other' }, key)).body.code).toBe('idempotency_mismatch');
    expect((await ask('GET', 'directory/people/ann')).body.name).toBe('changed meanwhile');
  });

  it('refuses a department below itself, also by two concurrent moves', async () => {
    await department('a');
    await department('b', 'a');
    await department('c', 'b');
    expect((await department('a', 'a')).body.code).toBe('department_cycle');
    expect((await department('a', 'c')).body.code).toBe('department_cycle');
    for (let round = 0; round < 5; round++) {
      const [x, y] = [`x${round}`, `y${round}`];
      await department(x);
      await department(y);
      const moves = await Promise.all([department(x, y), department(y, x)]);
      expect(moves.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 409]);
    }
  });

  it('limits the depth of the tree, including the departments below', async () => {
    for (let level = 1; level <= 32; level++)
      await department(`d${level}`, level === 1 ? null : `d${level - 1}`).then(({ status }) =>
        expect(status).toBe(200),
      );
    expect((await department('d33', 'd32')).body.code).toBe('department_too_deep');
    expect((await department('top')).status).toBe(200);
    expect((await department('d1', 'top')).body.code).toBe('department_too_deep');
  });

  it('refuses a person as their own manager', async () => {
    await person('ann', { managerId: 'bob' });
    await person('bob', { managerId: 'cem' });
    expect((await person('cem', { managerId: 'ann' })).body.code).toBe('manager_cycle');
    expect((await person('dan', { managerId: 'dan' })).body.code).toBe('manager_cycle');
    for (const refused of ['cem', 'dan']) expect((await ask('GET', `directory/people/${refused}`)).status).toBe(404);
  });

  it('shows a department what is sent to it and to departments above it, not below', async () => {
    await department('company');
    await department('sales', 'company');
    await department('sales-north', 'sales');
    await person('ann', { departmentIds: ['sales'] });
    for (const name of ['company', 'sales', 'sales-north']) await send({ departments: [name] }, `to ${name}`);
    expect(await titlesOf('ann')).toEqual(['to sales', 'to company']);
  });

  it('resolves positions, groups and roles independently of the token', async () => {
    await person('ann', { roles: ['finance'], positionIds: ['cfo'], groupIds: ['board'] });
    await send({ roles: ['finance'] }, 'role');
    await send({ positions: ['cfo'] }, 'position');
    await send({ groups: ['board'] }, 'group');
    await send({ groups: ['choir'] }, 'another group');
    expect(await titlesOf('ann')).toEqual(['group', 'position', 'role']);
  });

  it('moves people with their department, on open streams too', async () => {
    await department('east');
    await department('west');
    await department('team', 'east');
    await person('ann', { departmentIds: ['team'] });
    const stream = await streamOf('ann');
    await send({ departments: ['east'] }, 'east before');
    await send({ departments: ['west'] }, 'west before');
    // Rights are checked at delivery, so the move must come after the event of west passed the stream.
    await send({ users: ['ann'] }, 'barrier');
    await stream.until(({ data }) => data.includes('barrier'));
    await department('team', 'west');
    await untilReached(stream, { departments: ['west'] });
    await send({ departments: ['east'] }, 'east after');
    await send({ departments: ['team'] }, 'team after');
    await stream.until(({ data }) => data.includes('team after'));
    expect(got(stream)).toContain('east before');
    expect(got(stream)).not.toContain('west before');
    expect(got(stream)).not.toContain('east after');
    const titles = await titlesOf('ann');
    expect(titles).toContain('team after');
    // Ann does not see what west got before she joined it, nor what east got.
    for (const title of ['west before', 'east before', 'east after']) expect(titles).not.toContain(title);
    await stream.close();
  });

  it('narrows stream and list after the loss of a role', async () => {
    await person('ann', { roles: ['finance'] });
    const stream = await streamOf('ann');
    await send({ roles: ['finance'] }, 'while in finance');
    await stream.until(({ data }) => data.includes('while in finance'));
    expect(await titlesOf('ann')).toEqual(['while in finance']);
    await person('ann', { roles: [] });
    await stream.until(({ event }) => event === 'directory.changed');
    await eventually(async () => {
      const title = randomUUID();
      await send({ roles: ['finance'] }, title);
      await send({ users: ['ann'] }, `barrier ${title}`);
      await stream.until(({ data }) => data.includes(`barrier ${title}`));
      expect(got(stream)).not.toContain(title);
    });
    expect((await titlesOf('ann')).filter((title) => !title.startsWith('barrier'))).toEqual([]);
    expect((await ask('GET', 'notifications/counts')).status).toBe(200);
    await stream.close();
  });

  it('narrows and widens streams on another server', async () => {
    const second = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
    await person('ann', { roles: ['finance'], groupIds: [] });
    const stream = await streamOf('ann', second.url);
    await send({ roles: ['finance'] }, 'while in finance');
    await stream.until(({ data }) => data.includes('while in finance'));
    await person('ann', { roles: [], groupIds: ['board'] });
    await untilReached(stream, { groups: ['board'] });
    await send({ roles: ['finance'] }, 'after finance');
    await send({ groups: ['board'] }, 'barrier');
    await stream.until(({ data }) => data.includes('barrier'));
    expect(got(stream)).not.toContain('after finance');
    await stream.close();
    await second.stop();
  }, 60_000);

  it('shows a new member nothing earlier, for any key', async () => {
    await department('sales');
    await send({ departments: ['sales'] }, 'old: department');
    await send({ roles: ['finance'] }, 'old: role');
    await send({ tenant: true }, 'old: everybody');
    await person('ann', { roles: ['finance'], departmentIds: ['sales'] });
    await send({ departments: ['sales'] }, 'new: department');
    await send({ tenant: true }, 'new: everybody');
    // The token also has finance, but the start in the directory still counts.
    expect(await titlesOf('ann', ['finance'])).toEqual(['new: everybody', 'new: department']);
    // A person outside the directory has the keys of the token, from the beginning.
    expect(await titlesOf('stranger', ['finance'])).toEqual(['new: everybody', 'old: everybody', 'old: role']);
    const token = await signToken({ tenant, user: 'ann' });
    expect((await ask('GET', 'notifications/counts', undefined, { token })).body.unread).toBe(2);
  });

  it('refuses changes of what a new member cannot see', async () => {
    await send({ tenant: true }, 'before');
    const old = (await ask('GET', 'notifications')).body.items[0].id as string;
    await person('ann');
    const token = await signToken({ tenant, user: 'ann' });
    expect((await ask('PUT', `notifications/${old}/read`, undefined, { token })).status).toBe(404);
    expect((await ask('PUT', 'notifications/read', { ids: [old] }, { token })).body).toEqual({ count: 0 });
    await send({ tenant: true }, 'after');
    const fresh = (await ask('GET', 'notifications', undefined, { token })).body.items[0].id as string;
    expect((await ask('PUT', 'notifications/read', { ids: [old, fresh] }, { token })).body).toEqual({ count: 1 });
    expect(await titlesOf('ann')).toEqual(['after']);
  });

  it('gives people who left no memberships', async () => {
    await person('ann', { roles: ['finance'], departmentIds: ['sales'] });
    await person('ann', { roles: ['finance'], departmentIds: ['sales'], active: false });
    await send({ roles: ['finance'] }, 'role');
    await send({ departments: ['sales'] }, 'department');
    expect(await titlesOf('ann')).toEqual([]);
    expect((await ask('GET', 'directory/people/ann')).body).toMatchObject({ active: false, roles: ['finance'] });
  });

  it('hides its rows in SQL without a tenant and from other tenants', async () => {
    await department('sales');
    await person('ann', { departmentIds: ['sales'] });
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    const visible = async (): Promise<readonly number[]> => {
      const counts: number[] = [];
      for (const table of ['dir_person', 'dir_department', 'ntf_membership']) {
        const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from herald.${table}`);
        counts.push(rows[0]?.count ?? -1);
      }
      return counts;
    };
    expect(await visible()).toEqual([0, 0, 0]);
    await client.query(`select set_config('herald.tenant_id', $1, false)`, [`other-${tenant}`]);
    expect(await visible()).toEqual([0, 0, 0]);
    await client.query(`select set_config('herald.tenant_id', $1, false)`, [tenant]);
    expect(await visible()).toEqual([1, 1, 2]);
    await client.end();
  });
});
