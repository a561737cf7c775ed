import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import type { Backplane, BackplaneMessage } from '../backplane/backplane.js';
import { asTenantId, asUserId, systemClock } from '@nest-herald/platform';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryLogStore } from '../event-log/memory-log-store.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import { eventually } from '../testing/eventually.js';
import { ManualClock } from '../testing/manual-clock.js';
import { MemoryHub, type MemoryHubParts } from '../testing/memory-hub.js';
import { RecordingSink } from '../testing/recording-sink.js';

const acme = asTenantId('acme');
const beta = asTenantId('beta');
const nodes: MemoryHub[] = [];
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start(parts: MemoryHubParts = {}): Promise<MemoryHub> {
  const node = await MemoryHub.start(parts);
  nodes.push(node);
  return node;
}

/** Two nodes over one log; the backplane between them can be bad. */
async function twoNodes(
  make: (bus: MemoryBus) => Backplane = (bus) => new MemoryBackplane(bus),
): Promise<[MemoryHub, MemoryHub]> {
  const [store, bus] = [new MemoryLogStore(randomUUID(), systemClock), new MemoryBus()];
  const node = (nodeId: string): Promise<MemoryHub> =>
    start({ nodeId, eventLog: new MemoryEventLog(store), backplane: make(bus) });
  return [await node('a'), await node('b')];
}

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.hub.stop();
});

describe('delivery', () => {
  it('origin defect 5: brings an event to the people of its tenant only, whatever they are called', async () => {
    const node = await start();
    const own = await node.connect({ user: 'ann', roles: ['hr'], topics: ['job:1', '**'] });
    const foreign = await node.connect({ tenant: 'beta', user: 'ann', roles: ['hr'], topics: ['job:1', '**'] });
    for (const audience of ['tenant', 'user:ann', 'role:hr', 'topic:job:1', ['ann', 'bob']]) {
      await node.publish(audience, ['durable']);
      node.send(audience, 'ephemeral');
    }
    await eventually('all events', () => own.sink.seqs.length === 5 && own.sink.payloads('tick').length === 5);
    await turn();
    expect(foreign.sink.types).toEqual(['connected']);
  });

  it('origin defect 9: brings a broadcast to every connection of the tenant', async () => {
    const node = await start();
    const people = await Promise.all(numbers(1, 20).map((i) => node.connect({ user: `u${i}` })));
    await node.publish('tenant', ['hello']);
    for (const { sink } of people) await eventually('the broadcast', () => sink.payloads('note')[0] === 'hello');
    expect(node.hub.stats(acme)).toMatchObject({ connections: 20, users: 20, eventsSentTotal: 20 });
  });

  it('brings an event once to a holder that it reaches in several ways (P24)', async () => {
    const node = await start();
    const { sink } = await node.connect({ topics: ['job:1', 'job:*', '**'] });
    node.send('topic:job:1', 'x');
    node.send(['ann', 'ann'], 'y');
    await turn();
    expect(sink.payloads('tick')).toEqual(['x', 'y']);
  });

  it('keeps the order of the log over many publishers and a long burst (P21)', async () => {
    const node = await start();
    const { sink } = await node.connect();
    await Promise.all(
      numbers(1, 20).map((w) =>
        node.publish(
          'tenant',
          numbers(1, 100).map((i) => `${w}:${i}`),
        ),
      ),
    );
    await eventually('all', () => sink.seqs.length === 2_000);
    expect(sink.seqs).toEqual(numbers(1, 2_000));
  });

  it('moves nobody’s cursor by ephemeral events, and keeps their order (P20, P23)', async () => {
    const node = await start();
    const { sink, connection } = await node.connect();
    const before = connection.position;
    for (const i of numbers(1, 50)) node.send('tenant', `${i}`);
    await turn();
    expect(sink.payloads('tick')).toEqual(numbers(1, 50).map(String));
    expect(sink.events.filter((e) => e.type === 'tick').every((e) => e.position === null)).toBe(true);
    expect(connection.position).toBe(before);
  });

  it('goes round a client that does not read: the others have every event at once (origin defect 2)', async () => {
    const node = await start({ options: { maxQueuedBytes: 16_384 } });
    const slow = await node.connect({ user: 'slow' });
    const fast = await node.connect({ user: 'fast' });
    await turn();
    slow.sink.fill();
    await node.publish(
      'tenant',
      numbers(1, 100).map(() => 'x'.repeat(1_000)),
    );
    await eventually('the fast one', () => fast.sink.seqs.length === 100);
    expect(slow.connection.state).toBe('closing');
    expect(node.hub.stats(acme)).toMatchObject({ slowConsumersTotal: 1, connections: 1 });
  });

  it('goes on after the log failed for a while', async () => {
    const log = new MemoryEventLog();
    let failures = 3;
    const read = log.readRange.bind(log);
    log.readRange = (...args) => (failures-- > 0 ? Promise.reject(new Error('away')) : read(...args));
    const node = await start({ eventLog: log });
    const { sink } = await node.connect();
    await node.publish('tenant', ['1', '2']);
    await eventually('both', () => sink.seqs.length === 2);
    expect(node.warnings.join()).toContain('away');
  });

  it('tells everybody to fetch their state when the log was replaced (P37)', async () => {
    const [store, other] = [new MemoryLogStore('log-1', systemClock), new MemoryLogStore('log-2', systemClock)];
    const log = new MemoryEventLog(store);
    let announce = (): void => {};
    const begin = log.start.bind(log);
    log.start = (sinks) => {
      announce = () => sinks.identityChanged();
      return begin(sinks);
    };
    const node = await start({ eventLog: log });
    const { sink, connection } = await node.connect();
    await node.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    log.bounds = (tenantId) => Promise.resolve(other.bounds(tenantId));
    announce();
    await eventually('resync', () => sink.payloads('resync').length === 1);
    expect(JSON.parse(sink.payloads('resync')[0]!)).toEqual({ reason: 'epoch', scopes: ['*'] });
    expect(connection.position).toBe(`${other.bounds(acme).epoch}.0`);
  });
});

describe('several nodes', () => {
  it('deliver what any of them publishes, durable and ephemeral', async () => {
    const [a, b] = await twoNodes();
    const [left, right] = [await a.connect(), await b.connect({ user: 'bob' })];
    await a.publish('tenant', ['1']);
    await b.publish('tenant', ['2']);
    a.send('tenant', 'tick');
    for (const { sink } of [left, right]) {
      await eventually('all', () => sink.seqs.length === 2 && sink.payloads('tick').length === 1);
      expect(sink.payloads('note')).toEqual(['1', '2']);
    }
  });

  it('lose nothing over a backplane that loses, doubles and reorders hints, as soon as one gets through', async () => {
    let turnOf = 0;
    class BadBackplane extends MemoryBackplane {
      override publish(message: BackplaneMessage): void {
        turnOf += 1;
        if (turnOf % 3 === 0) return;
        super.publish(message);
        if (turnOf % 3 === 1) setImmediate(() => super.publish(message));
      }
    }
    const [a, b] = await twoNodes((bus) => new BadBackplane(bus));
    const { sink } = await b.connect();
    await a.publish('tenant', numbers(1, 200).map(String));
    await eventually('the last hint', async () => {
      if (sink.seqs.length < 200) await a.publish('tenant', ['more']);
      return sink.seqs.length >= 200;
    });
    expect(sink.seqs).toEqual(numbers(1, sink.seqs.length));
  });
});

describe('connections', () => {
  it('have ids of their node, and are in presence at once', async () => {
    const node = await start({ nodeId: 'node-7' });
    const { connection } = await node.connect({ topics: ['job:1'] });
    expect(connection.id).toMatch(/^node-7\.[A-Za-z0-9_-]{22}$/);
    expect(node.hub.find(connection.id)).toBe(connection);
    expect((await node.presence.user(acme, asUserId('ann'))).connections).toMatchObject([
      { connectionId: connection.id, nodeId: 'node-7', device: 'desk', transport: 'sse', topics: ['job:1'] },
    ]);
    connection.close('complete');
    expect(await node.presence.isOnline(acme, asUserId('ann'))).toBe(false);
  });

  it('get what a feature sends right behind connected, before the replay', async () => {
    const node = await start();
    await node.publish('tenant', ['1']);
    const end = node.hub.onConnected((connection) => connection.sendEphemeral('counts', '{"unread":3}'));
    const { epoch } = await node.log.bounds(acme);
    const first = await node.connect({ cursor: `${epoch}.0` });
    await eventually('the replay', () => first.sink.seqs.length === 1);
    expect(first.sink.types).toEqual(['connected', 'counts', 'note']);
    end();
    const second = await node.connect();
    expect(second.sink.types).toEqual(['connected']);
  });

  it('are not harmed by a listener that throws', async () => {
    const node = await start();
    node.hub.onConnected(() => {
      throw new Error('a feature failed');
    });
    const { sink } = await node.connect();
    await node.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    expect(node.warnings.join()).toContain('a feature failed');
  });

  it('tell features of each event and whom it concerns, until they listen no more', async () => {
    const node = await start();
    const seen: string[] = [];
    const end = node.hub.onEvent(({ tenantId, audience, recipients, isDurable }) => {
      seen.push(`${tenantId} ${audience} ${recipients?.join(' ') ?? '-'} ${isDurable ? 'durable' : 'ephemeral'}`);
      throw new Error('a feature failed');
    });
    const { sink } = await node.connect();
    await node.publish(['ann', 'bob'], ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    node.send('tenant', 'tick');
    end();
    node.send('tenant', 'tick');
    await turn();
    expect(seen).toEqual(['acme users ann bob durable', 'acme tenant - ephemeral']);
    expect(sink.payloads('tick')).toHaveLength(2);
    expect(node.warnings.join()).toContain('a feature failed');
  });

  it('follow other topics and lose rights in place, without a gap', async () => {
    const node = await start();
    const { sink, connection } = await node.connect({ roles: ['hr'], topics: ['a'] });
    await node.publish('topic:b', ['unseen']);
    node.hub.resubscribe(connection, { keys: ['user:ann', 'tenant', 'role:hr'], topics: ['b'] });
    for (const audience of ['topic:a', 'topic:b', 'role:hr']) await node.publish(audience, [audience]);
    await eventually('two', () => sink.seqs.length === 2);
    node.hub.resubscribe(connection, { keys: ['user:ann', 'tenant'], topics: ['b'] });
    for (const audience of ['role:hr', 'tenant']) await node.publish(audience, [audience]);
    await eventually('three', () => sink.seqs.length === 3);
    expect(sink.payloads('note')).toEqual(['topic:b', 'role:hr', 'tenant']);
    expect((await node.presence.counts(acme)).topTopics).toEqual([{ topic: 'b', connections: 1 }]);
  });

  it('are closed by person or by id, in their own tenant only', async () => {
    const node = await start();
    const [ann, again, bob] = [await node.connect(), await node.connect(), await node.connect({ user: 'bob' })];
    expect(node.hub.close(beta, { userId: asUserId('ann') }, 'revoked')).toBe(0);
    expect(node.hub.close(beta, { connectionId: ann.connection.id }, 'revoked')).toBe(0);
    expect(node.hub.close(acme, { userId: asUserId('ann') }, 'revoked')).toBe(2);
    expect([ann.sink.isEnded, again.sink.isEnded, bob.sink.isEnded]).toEqual([true, true, false]);
    expect(node.hub.close(acme, { connectionId: bob.connection.id }, 'limit')).toBe(1);
    expect(node.hub.close(acme, {}, 'revoked')).toBe(0);
  });

  it('of a person beyond the limit push out the oldest where it is told so', async () => {
    const node = await start({ options: { maxConnectionsPerUser: 2, onUserLimit: 'close-oldest' } });
    const opened = [await node.connect(), await node.connect(), await node.connect()];
    expect(opened.map(({ connection }) => connection.state)).toEqual(['closing', 'live', 'live']);
    expect(JSON.parse(opened[0]!.sink.payloads('close')[0]!)).toMatchObject({ reason: 'limit', reconnect: false });
  });

  it('give their place back when they end, and when they are abandoned before they begin', async () => {
    const node = await start({ options: { maxConnections: 1 } });
    const { sink } = await node.connect();
    await expect(node.connect()).rejects.toThrow(SseRefusal);
    sink.leave();
    const prepared = await node.prepare();
    await expect(node.connect()).rejects.toThrow(SseRefusal);
    prepared.abandon();
    prepared.abandon();
    await node.connect();
  });

  it('cannot be attached twice', async () => {
    const node = await start();
    const prepared = await node.prepare();
    prepared.attachTo(new RecordingSink());
    expect(() => prepared.attachTo(new RecordingSink())).toThrow(TypeError);
    prepared.abandon();
    expect(node.hub.stats(acme).connections).toBe(1);
  });

  it('whose log cannot be read are refused and hold nothing', async () => {
    const log = new MemoryEventLog();
    const bounds = log.bounds.bind(log);
    log.bounds = () => Promise.reject(new Error('away'));
    const node = await start({ eventLog: log, options: { maxConnections: 1 } });
    await expect(node.connect()).rejects.toThrow('away');
    log.bounds = bounds;
    await node.connect();
  });

  it('of polls stay in presence until the device polls again', async () => {
    const node = await start();
    const first = await node.connect({ transport: 'poll' });
    first.connection.close('complete');
    first.sink.leave();
    expect(await node.presence.isOnline(acme, asUserId('ann'))).toBe(true);
    await node.connect({ transport: 'poll' });
    expect((await node.presence.user(acme, asUserId('ann'))).connections).toHaveLength(1);
  });
});

describe('server-side followers', () => {
  it('see live events of their filter, durable and ephemeral, and nothing of other tenants', async () => {
    const node = await start();
    const seen: string[] = [];
    const following = node.hub
      .events(acme, { users: [asUserId('ann')], topics: ['job:*'], roles: ['hr'] })
      .subscribe((event) =>
        seen.push(`${event.id === undefined ? 'ephemeral' : 'durable'} ${event.event} ${event.data}`),
      );
    await turn();
    for (const audience of ['user:ann', 'user:bob', 'topic:job:1', 'topic:x', 'role:hr', 'tenant'])
      await node.publish(audience, [audience]);
    await node.publish('user:ann', ['foreign'], 'beta');
    node.send('user:ann', 'tick');
    await eventually('four', () => seen.length === 4);
    await turn();
    expect(new Set(seen)).toEqual(
      new Set(['durable note user:ann', 'durable note topic:job:1', 'durable note role:hr', 'ephemeral tick tick']),
    );
    following.unsubscribe();
  });

  it('complete when the hub stops', async () => {
    const node = await start();
    let isComplete = false;
    node.hub.events(acme, {}).subscribe({ complete: () => (isComplete = true) });
    await turn();
    await node.hub.stop();
    expect(isComplete).toBe(true);
  });

  it('are refused patterns that are none', async () => {
    const node = await start();
    expect(() => node.hub.events(acme, { topics: ['a b'] })).toThrow(
      expect.objectContaining({ code: 'ERR_SSE_INVALID_TOPIC' }),
    );
  });
});

describe('the life of a hub', () => {
  it('drains: refuses what is new, says shutdown with jittered times to come back, and ends', async () => {
    const node = await start({ options: { drainMs: 200, retryMs: 1_000 } });
    const people = await Promise.all(numbers(1, 30).map((i) => node.connect({ user: `u${i}` })));
    for (const { sink, connection } of people) {
      const end = sink.end.bind(sink);
      sink.end = () => {
        end();
        setImmediate(() => sink.leave());
      };
      expect(connection.state).toBe('live');
    }
    const draining = node.hub.drain();
    expect([node.hub.isRunning, node.hub.isDraining]).toEqual([true, true]);
    await expect(node.connect({ user: 'late' })).rejects.toMatchObject({ status: 503, code: 'draining' });
    await draining;
    expect(node.hub.stats(null).connections).toBe(0);
    const goodbyes = people.map(({ sink }) => JSON.parse(sink.payloads('close')[0]!) as { retryMs: number });
    for (const goodbye of goodbyes) {
      expect(goodbye).toMatchObject({ reason: 'shutdown', reconnect: true });
      expect(goodbye.retryMs).toBeGreaterThanOrEqual(500);
      expect(goodbye.retryMs).toBeLessThanOrEqual(2_000);
    }
    expect(new Set(goodbyes.map((g) => g.retryMs)).size).toBeGreaterThan(10);
    expect((await node.presence.counts(null)).byNode).toMatchObject([{ draining: true }]);
  });

  it('resets who does not leave within the drain time', async () => {
    const node = await start({ options: { drainMs: 0 } });
    const { sink } = await node.connect();
    await node.hub.drain();
    expect(sink.isReset).toBe(true);
  });

  it('origin defect 4: stop ends everything, and nothing waits for it', async () => {
    const node = await start();
    const people = await Promise.all(numbers(1, 10).map((i) => node.connect({ user: `u${i}` })));
    people[0]!.sink.fill();
    await node.publish('tenant', ['1', '2']);
    await node.hub.stop();
    await node.hub.stop();
    expect(people.map(({ connection }) => connection.state)).toEqual(people.map(() => 'closed'));
    expect(node.hub.isRunning).toBe(false);
    await expect(node.connect()).rejects.toMatchObject({ code: 'draining' });
    node.send('tenant', 'late');
  });

  it('gives everything back when a part cannot start', async () => {
    const backplane = new MemoryBackplane();
    const log = new MemoryEventLog();
    log.start = () => Promise.reject(new Error('no database'));
    await expect(MemoryHub.start({ eventLog: log, backplane })).rejects.toThrow('no database');
    expect(backplane.isConnected()).toBe(false);
  });

  it('says goodbye at once to a stream that was prepared before the drain and attached after it', async () => {
    const node = await start();
    const prepared = await node.prepare();
    await node.hub.drain();
    const sink = new RecordingSink();
    prepared.attachTo(sink);
    await turn();
    expect(sink.types).toEqual(['connected', 'close']);
    expect(sink.isEnded).toBe(true);
  });

  it('looks twice a minute for responses that went without a word, and gives back what they held', async () => {
    jest.useFakeTimers();
    try {
      const node = await start({ options: { maxConnectionsPerUser: 1 } });
      const { sink, connection } = await node.connect();
      Object.defineProperty(sink, 'isGone', { value: true });
      expect(node.hub.stats(null).connections).toBe(1);
      await jest.advanceTimersByTimeAsync(30_000);
      expect(connection.state).toBe('closed');
      expect(node.hub.stats(null)).toMatchObject({ connections: 0, disconnectsTotal: 1 });
      expect(await node.presence.isOnline(acme, connection.userId)).toBe(false);
      await node.connect();
    } finally {
      jest.useRealTimers();
    }
  });

  it('counts what it did', async () => {
    const clock = new ManualClock();
    const node = await start({ clock });
    const { sink } = await node.connect({ topics: ['job:1', 'job:*'] });
    await node.connect({ tenant: 'beta', cursor: 'bad' });
    await node.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    sink.leave();
    expect(node.hub.stats(acme)).toMatchObject({
      connections: 0,
      eventsSentTotal: 1,
      connectsTotal: 1,
      disconnectsTotal: 1,
      resyncsTotal: 0,
      queuedBytes: 0,
    });
    expect(node.hub.stats(null)).toMatchObject({ connections: 1, users: 1, connectsTotal: 2, resyncsTotal: 1 });
    expect(node.hub.stats(asTenantId('unknown'))).toMatchObject({ connections: 0, eventsSentTotal: 0 });
  });
});
