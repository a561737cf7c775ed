import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Example, startExample } from '../support/example-process.js';
import { call } from '../support/http.js';
import { type TestClaims, testToken } from '../support/sse-app.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(name: string): Promise<Example> {
  const example = await startExample(`sse/examples/${name}/main.ts`);
  ends.push(() => example.stop());
  return example;
}

/** Opens a stream and waits for `connected`. */
async function follow(url: string, claims: TestClaims, topics: readonly string[]): Promise<StreamReader> {
  const stream = await openStream(url, { token: testToken(claims), topics });
  ends.push(() => stream.close());
  await stream.until(({ event }) => event === 'connected');
  return stream;
}

describe('the guide to testing', () => {
  it.each(['guide', 'tools'])('shows exactly the tests that run here (%s)', (name) => {
    const guide = readFileSync('libs/sse/TESTING.md', 'utf8');
    expect(guide).toContain(readFileSync(`test/conformance/sse-testing-${name}.e2e-spec.ts`, 'utf8'));
  });
});

describe('examples/topics', () => {
  it('lets readers of an invoice follow it, refuses others, and withdraws the right in place', async () => {
    const { url } = await start('topics');
    const topic = 'doc:invoice:INV-9';
    const owner = testToken({ sub: 'owner' });
    const share = (userIds: readonly string[]) =>
      call(`${url}/invoices/INV-9/readers`, { method: 'PUT', token: owner, body: { userIds } });
    const change = (total: number) => call(`${url}/invoices/INV-9`, { method: 'PUT', token: owner, body: { total } });

    const stranger = testToken({ sub: 'stranger' });
    const refused = await call(`${url}/api/v1/sse/stream?topics=${topic}`, { token: stranger });
    expect([refused.status, refused.body.code, refused.body.denied]).toEqual([403, 'topic_forbidden', [topic]]);

    await share(['ann', 'bob']);
    const ann = await follow(url, { sub: 'ann' }, [topic]);
    const bob = await follow(url, { sub: 'bob' }, [topic]);
    await change(100);
    const { data } = await ann.until(({ event }) => event === 'invoice.changed');
    expect(JSON.parse(data)).toEqual({ id: 'INV-9', total: 100, by: 'owner' });

    await share(['bob']);
    await change(120);
    await bob.until((event) => event.data.includes('"total":120'));
    // A token that covers the topic follows without being a reader; what it receives proves that the change took effect.
    await follow(url, { sub: 'auditor', topics: ['doc:**'] }, [topic]);
    await share(['ann', 'bob']);
    await change(140);
    await bob.until((event) => event.data.includes('"total":140'));
    await ann.until((event) => event.data.includes('"total":140'));
    expect(ann.of('invoice.changed').map((event) => JSON.parse(event.data).total)).toEqual([100, 140]);
  });
});

describe('examples/dashboard', () => {
  it('sends the current figure when a page opens, then every change, without ids and to its tenant only', async () => {
    const { url } = await start('dashboard');
    const seller = testToken({ sub: 'seller' });
    const sell = (amount: number) => call(`${url}/sales`, { token: seller, body: { amount } });
    await sell(100);
    const claims = { sub: 'boss', topics: ['dashboard:*'] };
    const page = await follow(url, claims, ['dashboard:sales']);
    const other = await follow(url, { ...claims, tenant_id: 'beta' }, ['dashboard:sales']);
    await page.until((event) => event.data === '{"total":100,"orders":1}');
    await sell(20);
    await sell(3);
    await page.until((event) => event.data === '{"total":123,"orders":3}');
    expect(page.of('sales').every((event) => event.id === undefined)).toBe(true);
    await call(`${url}/sales`, { token: testToken({ tenant_id: 'beta' }), body: { amount: 7 } });
    await other.until((event) => event.data === '{"total":7,"orders":1}');
    expect(other.raw()).not.toContain('"total":1');
  });
});

describe('examples/live-log', () => {
  it('sends late readers the lines so far, then each new one, and ends with the job', async () => {
    const { url } = await start('live-log');
    const token = testToken({ sub: 'ann' });
    const post = (path: string, body: unknown = {}) => call(`${url}/jobs/42${path}`, { token, body });
    expect((await post('')).status).toBe(201);
    await post('/lines', { text: 'copied 1,000 rows' });
    await post('/lines', { text: 'copied 2,000 rows' });

    const response = await fetch(`${url}/jobs/42/log`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    const chunks: string[] = [];
    const read = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
    })();
    await post('/lines', { text: 'copied 3,000 rows' });
    expect((await post('/done')).status).toBe(201);
    await read;
    const text = chunks.join('');
    const numbers = [...text.matchAll(/^data: \{"no":(\d+)/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual([1, 2, 3]);
    expect(text).toContain('"jobId":"42"');
    expect(text).toMatch(/event: close\ndata: \{"reason":"complete","reconnect":false/);
  });

  it('refuses the job of another user', async () => {
    const { url } = await start('live-log');
    await call(`${url}/jobs/42`, { token: testToken({ sub: 'ann' }), body: {} });
    for (const claims of [{ sub: 'bob' }, { sub: 'ann', tenant_id: 'beta' }]) {
      const token = testToken(claims);
      expect((await call(`${url}/jobs/42/log`, { token })).status).toBe(404);
      expect((await call(`${url}/jobs/42/lines`, { token, body: { text: 'x' } })).status).toBe(404);
      expect((await call(`${url}/jobs/42/done`, { token, body: {} })).status).toBe(404);
    }
  });
});
