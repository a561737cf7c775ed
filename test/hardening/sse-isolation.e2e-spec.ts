import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RawStream } from '../support/raw-stream.js';
import { SseApp } from '../support/sse-app.js';

/** "A" and "B" are the same user id in two tenants. */
const A = { tenant_id: 'acme', sub: 'ann' };
const B = { tenant_id: 'beta', sub: 'ann' };

let sse: SseApp;
beforeAll(async () => {
  sse = await SseApp.start({ options: { connectsPerMinute: 0, maxConnectionsPerUser: 0 } });
});
afterAll(() => sse.stop());

/** Everything that a stream of A got, up to an event that A's own tenant publishes last. */
async function allOf(stream: RawStream, barrier: string): Promise<string> {
  await sse.broker.sendToTenant('acme', { event: 'barrier', data: barrier });
  await stream.until(() => stream.text.includes(barrier));
  return stream.text;
}

describe('two tenants', () => {
  it('never see events of each other, live or replayed, with any audience', async () => {
    const live = await sse.open({ ...A, roles: ['buyer'], topics: ['**'] }, '?topics=**');
    const start = live.blocks[0]?.id ?? '';
    const secret = { event: 'secret', data: 'of beta' };
    await sse.broker.sendToUser('beta', 'ann', secret);
    await sse.broker.sendToUsers('beta', ['ann', 'bob'], secret);
    await sse.broker.sendToRole('beta', 'buyer', secret);
    await sse.broker.sendToTopic('beta', 'doc:1', secret);
    await sse.broker.broadcast('beta', secret);
    await sse.broker.broadcast('beta', { ...secret, durable: false });
    expect(await allOf(live, 'barrier-1')).not.toContain('secret');
    const replayed = await sse.open({ ...A, roles: ['buyer'], topics: ['**'] }, `?topics=**&last_event_id=${start}`);
    expect(await allOf(replayed, 'barrier-2')).not.toContain('secret');
  });

  it('cannot use the cursor of each other: it causes a reset, and no event of the other follows', async () => {
    const foreign = await sse.open(B);
    await sse.broker.sendToUser('beta', 'ann', { event: 'secret', data: '1' });
    const cursor = (await foreign.event('secret')).id ?? '';
    await sse.broker.sendToUser('beta', 'ann', { event: 'secret', data: '2' });
    const stream = await sse.open(A, `?last_event_id=${cursor}`);
    expect(JSON.parse((await stream.event('resync')).data ?? '')).toMatchObject({ reason: 'epoch' });
    expect(await allOf(stream, 'barrier-3')).not.toContain('secret');
  });

  it.each(['?tenant_id=beta&tenantId=beta&tenant=beta', '?topics=beta:doc', '?user_id=bob&sub=bob'])(
    'are chosen by the token alone, not by %s',
    async (query) => {
      const stream = await sse.open({ ...A, topics: ['**'] }, query, {
        'x-tenant-id': 'beta',
        'x-user-id': 'bob',
        'tenant-id': 'beta',
      });
      await sse.broker.sendToUser('beta', 'ann', { event: 'secret', data: '1' });
      await sse.broker.sendToUser('acme', 'bob', { event: 'secret', data: '1' });
      await sse.broker.sendToTenant('beta', { event: 'secret', data: '1' });
      expect(await allOf(stream, `barrier ${query}`)).not.toContain('secret');
    },
  );

  it('have separate limits: a full tenant does not affect the other', async () => {
    const small = await SseApp.start({ options: { maxConnectionsPerTenant: 1 } });
    try {
      await small.open(A);
      expect((await small.call('GET', '/api/v1/sse/stream', { ...A, sub: 'bob' })).status).toBe(429);
      await small.open(B);
    } finally {
      await small.stop();
    }
  });

  it('see only their own figures and users', async () => {
    await sse.open({ ...B, sub: 'only-in-beta' });
    const admin = { ...A, sub: 'boss', roles: ['admin'] };
    const list = await sse.call('GET', '/api/v1/sse/online-users?limit=100&tenant_id=beta', admin);
    expect(JSON.stringify(list.body)).not.toContain('only-in-beta');
    const stats = await sse.call('GET', '/api/v1/sse/stats?tenantId=beta', admin);
    expect(stats.body).toMatchObject({ tenantId: 'acme' });
    const forBeta = await sse.call('GET', '/api/v1/sse/online-users', { ...admin, tenant_id: 'beta' });
    expect(JSON.stringify(forBeta.body)).toContain('only-in-beta');
  });
});
