import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Example, startExample } from '../support/example-process.js';
import { call } from '../support/http.js';
import { testToken } from '../support/sse-app.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  ends.push(() => database.drop());
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(name: string, env: Readonly<Record<string, string>> = {}): Promise<Example> {
  const example = await startExample(`sse/examples/${name}/main.ts`, { DATABASE_URL: database.url, ...env });
  ends.push(() => example.stop());
  return example;
}

async function follow(url: string, token: string, lastEventId?: string): Promise<StreamReader> {
  const stream = await openStream(url, { token, ...(lastEventId === undefined ? {} : { lastEventId }) });
  ends.push(() => stream.close());
  await stream.until(({ event }) => event === 'connected');
  return stream;
}

/** Executes one statement as the owner of the database. */
async function sql<T extends pg.QueryResultRow>(text: string): Promise<readonly T[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('examples/transactional', () => {
  it('announces every committed order, and none that was rolled back', async () => {
    await sql(`CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id text NOT NULL,
      item text NOT NULL, quantity integer NOT NULL CHECK (quantity > 0)); GRANT SELECT, INSERT ON orders TO herald_app`);
    const { url } = await start('transactional');
    const buyer = await follow(url, testToken({ sub: 'bo', roles: ['buyer'] }));
    const clerk = testToken({ sub: 'clerk' });
    const place = async (item: string, quantity: number): Promise<number> =>
      (await call(`${url}/orders`, { token: clerk, body: { item, quantity } })).status;
    expect(await place('bolts', 5)).toBe(201);
    // Thrown after the publication, when the event was already in the outbox.
    expect(await place('nuts', 5_000)).toBe(422);
    expect(await place('screws', 7)).toBe(201);
    await buyer.until((event) => event.data.includes('screws'));
    const announced = buyer.of('order.placed').map((event) => JSON.parse(event.data) as Record<string, unknown>);
    const orders = await sql('SELECT id, item, quantity FROM orders ORDER BY id');
    expect(announced).toEqual(orders);
    expect(announced.map(({ item }) => item)).toEqual(['bolts', 'screws']);
  });
});

describe('examples/two-servers', () => {
  it('delivers events of one server to clients of the other, which resume on either', async () => {
    const [one, two] = await Promise.all([
      start('two-servers', { NODE: 'node-1' }),
      start('two-servers', { NODE: 'node-2' }),
    ]);
    const token = testToken({ sub: 'ann' });
    const announce = (node: Example, text: string) => call(`${node.url}/announcements`, { token, body: { text } });
    const onTwo = await follow(two.url, token);
    await announce(one, 'first');
    const { data } = await onTwo.until(({ event }) => event === 'announcement');
    expect(JSON.parse(data)).toEqual({ text: 'first', publishedOn: 'node-1' });

    const position = onTwo.position();
    await two.stop();
    await onTwo.ended;
    expect(onTwo.of('close')[0]?.data).toContain('"reason":"shutdown","reconnect":true');
    await announce(one, 'while away');
    const onOne = await openStream(one.url, { token, ...(position === undefined ? {} : { lastEventId: position }) });
    ends.push(() => onOne.close());
    await onOne.until((event) => event.data.includes('while away'));
    expect(onOne.of('announcement').map((event) => JSON.parse(event.data).text)).toEqual(['while away']);
  });
});
