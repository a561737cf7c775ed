import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import type { Backplane, BackplaneMessage } from '../backplane/backplane.js';
import { asTenantId, systemClock } from '@nest-herald/platform';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryLogStore } from '../event-log/memory-log-store.js';
import { eventually } from '../testing/eventually.js';
import { MemoryHub, type MemoryHubParts } from '../testing/memory-hub.js';

const acme = asTenantId('acme');
const servers: MemoryHub[] = [];
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start(parts: MemoryHubParts = {}): Promise<MemoryHub> {
  const server = await MemoryHub.start(parts);
  servers.push(server);
  return server;
}

/** Two servers over one log. The backplane between them may be unreliable. */
async function twoServers(
  make: (bus: MemoryBus) => Backplane = (bus) => new MemoryBackplane(bus),
): Promise<[MemoryHub, MemoryHub]> {
  const [store, bus] = [new MemoryLogStore(randomUUID(), systemClock), new MemoryBus()];
  const server = (nodeId: string): Promise<MemoryHub> =>
    start({ nodeId, eventLog: new MemoryEventLog(store), backplane: make(bus) });
  return [await server('a'), await server('b')];
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.hub.stop();
});

describe('Delivery', () => {
  it('legacy defect 5: reaches only users of the event’s tenant, even when other tenants have the same ids', async () => {
    const server = await start();
    const own = await server.connect({ user: 'ann', roles: ['hr'], topics: ['job:1', '**'] });
    const foreign = await server.connect({ tenant: 'beta', user: 'ann', roles: ['hr'], topics: ['job:1', '**'] });
    for (const audience of ['tenant', 'user:ann', 'role:hr', 'topic:job:1', ['ann', 'bob']]) {
      await server.publish(audience, ['durable']);
      server.send(audience, 'ephemeral');
    }
    await eventually('all events', () => own.sink.seqs.length === 5 && own.sink.payloads('tick').length === 5);
    await turn();
    expect(foreign.sink.types).toEqual(['connected']);
  });

  it('legacy defect 9: sends a broadcast to every connection of the tenant', async () => {
    const server = await start();
    const people = await Promise.all(numbers(1, 20).map((i) => server.connect({ user: `u${i}` })));
    await server.publish('tenant', ['hello']);
    for (const { sink } of people) await eventually('the broadcast', () => sink.payloads('note')[0] === 'hello');
    expect(server.hub.stats(acme)).toMatchObject({ connections: 20, users: 20, eventsSentTotal: 20 });
  });

  it('sends an event once to a connection that matches it several times (P24)', async () => {
    const server = await start();
    const { sink } = await server.connect({ topics: ['job:1', 'job:*', '**'] });
    server.send('topic:job:1', 'x');
    server.send(['ann', 'ann'], 'y');
    await turn();
    expect(sink.payloads('tick')).toEqual(['x', 'y']);
  });

  it('keeps the log order over many publishers and a long burst (P21)', async () => {
    const server = await start();
    const { sink } = await server.connect();
    await Promise.all(
      numbers(1, 20).map((w) =>
        server.publish(
          'tenant',
          numbers(1, 100).map((i) => `${w}:${i}`),
        ),
      ),
    );
    await eventually('all', () => sink.seqs.length === 2_000);
    expect(sink.seqs).toEqual(numbers(1, 2_000));
  });

  it('keeps the order of ephemeral events and does not move the cursor (P20, P23)', async () => {
    const server = await start();
    const { sink, connection } = await server.connect();
    const before = connection.position;
    for (const i of numbers(1, 50)) server.send('tenant', `${i}`);
    await turn();
    expect(sink.payloads('tick')).toEqual(numbers(1, 50).map(String));
    expect(sink.events.filter((e) => e.type === 'tick').every((e) => e.position === null)).toBe(true);
    expect(connection.position).toBe(before);
  });

  it('legacy defect 2: is not delayed for others by a client that does not read', async () => {
    const server = await start({ options: { maxQueuedBytes: 16_384 } });
    const slow = await server.connect({ user: 'slow' });
    const fast = await server.connect({ user: 'fast' });
    await turn();
    slow.sink.fill();
    await server.publish(
      'tenant',
      numbers(1, 100).map(() => 'x'.repeat(1_000)),
    );
    await eventually('the fast one', () => fast.sink.seqs.length === 100);
    expect(slow.connection.state).toBe('closing');
    expect(server.hub.stats(acme)).toMatchObject({ slowConsumersTotal: 1, connections: 1 });
  });

  it('continues after the log has failed for a while', async () => {
    const log = new MemoryEventLog();
    let failures = 3;
    const read = log.readRange.bind(log);
    log.readRange = (...args) => (failures-- > 0 ? Promise.reject(new Error('away')) : read(...args));
    const server = await start({ eventLog: log });
    const { sink } = await server.connect();
    await server.publish('tenant', ['1', '2']);
    await eventually('both', () => sink.seqs.length === 2);
    expect(server.warnings.join()).toContain('away');
  });

  it('sends a resync to all connections when the log was replaced (P37)', async () => {
    const [store, other] = [new MemoryLogStore('log-1', systemClock), new MemoryLogStore('log-2', systemClock)];
    const log = new MemoryEventLog(store);
    let announce = (): void => {};
    const begin = log.start.bind(log);
    log.start = (sinks) => {
      announce = () => sinks.identityChanged();
      return begin(sinks);
    };
    const server = await start({ eventLog: log });
    const { sink, connection } = await server.connect();
    await server.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    log.bounds = (tenantId) => Promise.resolve(other.bounds(tenantId));
    announce();
    await eventually('resync', () => sink.payloads('resync').length === 1);
    expect(JSON.parse(sink.payloads('resync')[0]!)).toEqual({ reason: 'epoch', scopes: ['*'] });
    expect(connection.position).toBe(`${other.bounds(acme).epoch}.0`);
  });
});

describe('Several servers', () => {
  it('deliver what any of them publishes, durable and ephemeral', async () => {
    const [a, b] = await twoServers();
    const [left, right] = [await a.connect(), await b.connect({ user: 'bob' })];
    await a.publish('tenant', ['1']);
    await b.publish('tenant', ['2']);
    a.send('tenant', 'tick');
    for (const { sink } of [left, right]) {
      await eventually('all', () => sink.seqs.length === 2 && sink.payloads('tick').length === 1);
      expect(sink.payloads('note')).toEqual(['1', '2']);
    }
  });

  it('lose no event over a backplane that loses, duplicates and reorders hints, once one hint arrives', async () => {
    let count = 0;
    class UnreliableBackplane extends MemoryBackplane {
      override publish(message: BackplaneMessage): void {
        count += 1;
        if (count % 3 === 0) return;
        super.publish(message);
        if (count % 3 === 1) setImmediate(() => super.publish(message));
      }
    }
    const [a, b] = await twoServers((bus) => new UnreliableBackplane(bus));
    const { sink } = await b.connect();
    await a.publish('tenant', numbers(1, 200).map(String));
    await eventually('the last hint', async () => {
      if (sink.seqs.length < 200) await a.publish('tenant', ['more']);
      return sink.seqs.length >= 200;
    });
    expect(sink.seqs).toEqual(numbers(1, sink.seqs.length));
  });
});
