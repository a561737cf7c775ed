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
const NODES = ['near', 'far'];

const open: MemoryHub[] = [];
afterEach(async () => {
  for (const memory of open.splice(0)) await memory.hub.stop();
});

async function cluster(withinMs = 60_000) {
  const bus = new MemoryBus();
  const mailbox = new MemoryControlMailbox();
  const put: string[] = [];
  const count = mailbox.put.bind(mailbox);
  mailbox.put = (letter) => {
    put.push(letter.nodeId);
    return count(letter);
  };
  const warnings: string[] = [];
  const node = async (nodeId: string) => {
    const memory = await MemoryHub.start({ nodeId, backplane: new MemoryBackplane(bus) });
    open.push(memory);
    const { hub } = memory;
    const logger = { warn: (text: string) => warnings.push(text) };
    const requests = new ServerRequests({ hub, mailbox, ids: randomIdGenerator, logger });
    await requests.open();
    return { memory, requests, stats: new ClusterStats({ hub, requests, logger, withinMs }) };
  };
  return { near: await node('near'), far: await node('far'), mailbox, put, warnings };
}

describe('statistics of a cluster', () => {
  it('are the sum of what the nodes count, for one tenant or for all', async () => {
    const { near, far, warnings } = await cluster();
    await near.memory.connect();
    await far.memory.connect();
    await far.memory.connect({ tenant: 'beta' });
    near.memory.send(TENANT_KEY, 'to both nodes');
    far.memory.send(TENANT_KEY, 'of the other', 'beta');
    const sent = (): number[] => [near, far].map(({ memory }) => memory.hub.stats(null).eventsSentTotal);
    await eventually('sent', () => sent().join() === '1,2');
    for (const { stats } of [near, far]) {
      expect(await stats.gather(acme, acme, NODES)).toMatchObject({ eventsSentTotal: 2, answered: new Set(NODES) });
      expect(await stats.gather(null, acme, NODES)).toMatchObject({ eventsSentTotal: 3 });
    }
    expect(warnings).toEqual([]);
  });

  it('never hold figures of another tenant, whatever the question says', async () => {
    const { near, far } = await cluster();
    await far.memory.connect({ tenant: 'beta' });
    far.memory.send(TENANT_KEY, 'of the other', 'beta');
    await eventually('sent', () => far.memory.hub.stats(null).eventsSentTotal === 1);
    const beta = { kind: 'stats', scope: 'tenant', tenantId: 'beta' };
    const answer = await near.requests.ask('far', acme, { connectionId: 'beta', request: beta }, 5_000);
    expect(answer).toMatchObject({ eventsSentTotal: 0 });
  });

  it('are asked for once, however many want to see them at the same time', async () => {
    const { near, put } = await cluster();
    const all = await Promise.all(Array.from({ length: 10 }, () => near.stats.gather(acme, acme, NODES)));
    expect(put).toEqual(['far']);
    expect(new Set(all).size).toBe(1);
    await Promise.all([
      near.stats.gather(asTenantId('beta'), asTenantId('beta'), NODES),
      near.stats.gather(null, acme, NODES),
    ]);
    expect(put).toEqual(['far', 'far', 'far']);
  });

  it('go without a node that does not answer or is not there, which is told once', async () => {
    const { near, mailbox, warnings } = await cluster(100);
    await near.memory.connect();
    mailbox.take = () => Promise.resolve(null);
    for (let round = 0; round < 2; round++) {
      const { answered } = await near.stats.gather(acme, acme, [...NODES, 'gone']);
      expect(answered).toEqual(new Set(['near']));
    }
    expect(warnings).toEqual([expect.stringMatching(/^Node far /), expect.stringMatching(/^Node gone /)]);
  });
});
