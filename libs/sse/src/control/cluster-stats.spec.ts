import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import { TENANT_KEY } from '../vocabulary/audience.js';
import { asTenantId, randomIdGenerator } from '@nest-herald/platform';
import { eventually } from '../testing/eventually.js';
import { MemoryHub } from '../testing/memory-hub.js';
import { ClusterStats } from './cluster-stats.js';
import { MemoryControlMailbox } from './memory-control-mailbox.js';
import { ServerRequests } from './server-requests.js';

const acme = asTenantId('acme');
const SERVERS = ['near', 'far'];

const open: MemoryHub[] = [];
afterEach(async () => {
  for (const memory of open.splice(0)) await memory.hub.stop();
});

async function cluster(withinMs = 60_000) {
  const bus = new MemoryBus();
  const mailbox = new MemoryControlMailbox();
  const asked: string[] = [];
  const put = mailbox.put.bind(mailbox);
  mailbox.put = (request) => {
    asked.push(request.nodeId);
    return put(request);
  };
  const warnings: string[] = [];
  const server = async (nodeId: string) => {
    const memory = await MemoryHub.start({ nodeId, backplane: new MemoryBackplane(bus) });
    open.push(memory);
    const { hub } = memory;
    const logger = { warn: (text: string) => warnings.push(text) };
    const requests = new ServerRequests({ hub, mailbox, ids: randomIdGenerator, logger });
    await requests.open();
    return { memory, requests, stats: new ClusterStats({ hub, requests, logger, withinMs }) };
  };
  return { near: await server('near'), far: await server('far'), mailbox, asked, warnings };
}

describe('ClusterStats', () => {
  it('sums the figures of all servers, for one tenant or for all', async () => {
    const { near, far, warnings } = await cluster();
    await near.memory.connect();
    await far.memory.connect();
    await far.memory.connect({ tenant: 'beta' });
    near.memory.send(TENANT_KEY, 'to both servers');
    far.memory.send(TENANT_KEY, 'of the other', 'beta');
    const sent = (): number[] => [near, far].map(({ memory }) => memory.hub.stats(null).eventsSentTotal);
    await eventually('sent', () => sent().join() === '1,2');
    for (const { stats } of [near, far]) {
      expect(await stats.gather(acme, acme, SERVERS)).toMatchObject({ eventsSentTotal: 2, answered: new Set(SERVERS) });
      expect(await stats.gather(null, acme, SERVERS)).toMatchObject({ eventsSentTotal: 3 });
    }
    expect(warnings).toEqual([]);
  });

  it('never returns figures of another tenant, whatever the request says', async () => {
    const { near, far } = await cluster();
    await far.memory.connect({ tenant: 'beta' });
    far.memory.send(TENANT_KEY, 'of the other', 'beta');
    await eventually('sent', () => far.memory.hub.stats(null).eventsSentTotal === 1);
    const beta = { kind: 'stats', scope: 'tenant', tenantId: 'beta' };
    const answer = await near.requests.ask('far', acme, { connectionId: 'beta', request: beta }, 5_000);
    expect(answer).toMatchObject({ eventsSentTotal: 0 });
  });

  it('sends one request for any number of concurrent callers', async () => {
    const { near, asked } = await cluster();
    const all = await Promise.all(Array.from({ length: 10 }, () => near.stats.gather(acme, acme, SERVERS)));
    expect(asked).toEqual(['far']);
    expect(new Set(all).size).toBe(1);
    await Promise.all([
      near.stats.gather(asTenantId('beta'), asTenantId('beta'), SERVERS),
      near.stats.gather(null, acme, SERVERS),
    ]);
    expect(asked).toEqual(['far', 'far', 'far']);
  });

  it('leaves out a server that does not answer or does not exist, and logs it once', async () => {
    const { near, mailbox, warnings } = await cluster(100);
    await near.memory.connect();
    mailbox.take = () => Promise.resolve(null);
    for (let round = 0; round < 2; round++) {
      const { answered } = await near.stats.gather(acme, acme, [...SERVERS, 'gone']);
      expect(answered).toEqual(new Set(['near']));
    }
    expect(warnings).toEqual([expect.stringMatching(/^Server far /), expect.stringMatching(/^Server gone /)]);
  });
});
