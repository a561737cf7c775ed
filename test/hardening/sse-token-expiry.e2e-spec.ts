import { afterEach, describe, expect, it } from '@jest/globals';
import { SseApp } from '../support/sse-app.js';

let sse: SseApp;
afterEach(() => sse.stop());

describe('a token that expires while its stream is open', () => {
  it('gets no event from a second after its expiry on, but session.expiring before and close at the end', async () => {
    sse = await SseApp.start();
    const exp = Math.floor(Date.now() / 1_000) + 3;
    const stream = await sse.open({ exp });
    const other = await sse.open({ sub: 'bob' });
    while (!stream.isEnded) {
      await sse.broker.sendToTenant('acme', { event: 'tick', data: String(Date.now()) });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ticks = stream.blocks.filter(({ event }) => event === 'tick').map(({ data }) => Number(data));
    expect(ticks.length).toBeGreaterThan(0);
    expect(ticks.at(-1)).toBeLessThanOrEqual((exp + 1) * 1_000);
    expect(stream.blocks.map(({ event }) => event)).toContain('session.expiring');
    expect(JSON.parse(stream.blocks.at(-1)?.data ?? '')).toMatchObject({ reason: 'token_expired', reconnect: false });
    expect(await sse.call('GET', '/api/v1/sse/stream', { exp })).toMatchObject({
      status: 401,
      body: { code: 'token_expired' },
    });
    await sse.broker.sendToTenant('acme', { event: 'end', data: '' });
    await other.event('end');
  });
});
