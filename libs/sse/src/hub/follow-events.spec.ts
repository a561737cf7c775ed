import { afterEach, describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { eventually } from '../testing/eventually.js';
import { MemoryHub, type MemoryHubParts } from '../testing/memory-hub.js';

const acme = asTenantId('acme');
const servers: MemoryHub[] = [];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start(parts: MemoryHubParts = {}): Promise<MemoryHub> {
  const server = await MemoryHub.start(parts);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.hub.stop();
});

describe('Server-side followers', () => {
  it('get the live events that match their filter, durable and ephemeral, and none of other tenants', async () => {
    const server = await start();
    const seen: string[] = [];
    const following = server.hub
      .events(acme, { users: [asUserId('ann')], topics: ['job:*'], roles: ['hr'] })
      .subscribe((event) =>
        seen.push(`${event.id === undefined ? 'ephemeral' : 'durable'} ${event.event} ${event.data}`),
      );
    await turn();
    for (const audience of ['user:ann', 'user:bob', 'topic:job:1', 'topic:x', 'role:hr', 'tenant'])
      await server.publish(audience, [audience]);
    await server.publish('user:ann', ['foreign'], 'beta');
    server.send('user:ann', 'tick');
    await eventually('four', () => seen.length === 4);
    await turn();
    expect(new Set(seen)).toEqual(
      new Set(['durable note user:ann', 'durable note topic:job:1', 'durable note role:hr', 'ephemeral tick tick']),
    );
    following.unsubscribe();
  });

  it('complete when the hub stops', async () => {
    const server = await start();
    let isComplete = false;
    server.hub.events(acme, {}).subscribe({ complete: () => (isComplete = true) });
    await turn();
    await server.hub.stop();
    expect(isComplete).toBe(true);
  });

  it('are refused malformed patterns', async () => {
    const server = await start();
    expect(() => server.hub.events(acme, { topics: ['a b'] })).toThrow(
      expect.objectContaining({ code: 'ERR_SSE_INVALID_TOPIC' }),
    );
  });
});
