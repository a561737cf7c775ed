import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryBackplane } from '../backplane/memory-backplane.js';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import { eventually } from '../testing/eventually.js';
import { ManualClock } from '../testing/manual-clock.js';
import { MemoryHub, type MemoryHubParts } from '../testing/memory-hub.js';
import { RecordingSink } from '../testing/recording-sink.js';

const acme = asTenantId('acme');
const beta = asTenantId('beta');
const servers: MemoryHub[] = [];
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start(parts: MemoryHubParts = {}): Promise<MemoryHub> {
  const server = await MemoryHub.start(parts);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.hub.stop();
});

describe('Connections', () => {
  it('have ids that begin with their server’s, and are in presence at once', async () => {
    const server = await start({ nodeId: 'node-7' });
    const { connection } = await server.connect({ topics: ['job:1'] });
    expect(connection.id).toMatch(/^node-7\.[A-Za-z0-9_-]{22}$/);
    expect(server.hub.find(connection.id)).toBe(connection);
    expect((await server.presence.user(acme, asUserId('ann'))).connections).toMatchObject([
      { connectionId: connection.id, nodeId: 'node-7', device: 'desk', transport: 'sse', topics: ['job:1'] },
    ]);
    connection.close('complete');
    expect(await server.presence.isOnline(acme, asUserId('ann'))).toBe(false);
  });

  it('get what a feature sends directly after connected, before the replay', async () => {
    const server = await start();
    await server.publish('tenant', ['1']);
    const end = server.hub.onConnected((connection) => connection.sendEphemeral('counts', '{"unread":3}'));
    const { epoch } = await server.log.bounds(acme);
    const first = await server.connect({ cursor: `${epoch}.0` });
    await eventually('the replay', () => first.sink.seqs.length === 1);
    expect(first.sink.types).toEqual(['connected', 'counts', 'note']);
    end();
    const second = await server.connect();
    expect(second.sink.types).toEqual(['connected']);
  });

  it('are not affected by a listener that throws', async () => {
    const server = await start();
    server.hub.onConnected(() => {
      throw new Error('a feature failed');
    });
    const { sink } = await server.connect();
    await server.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    expect(server.warnings.join()).toContain('a feature failed');
  });

  it('report each event and its address to features, until the listener is removed', async () => {
    const server = await start();
    const seen: string[] = [];
    const end = server.hub.onEvent(({ tenantId, audience, recipients, isDurable }) => {
      seen.push(`${tenantId} ${audience} ${recipients?.join(' ') ?? '-'} ${isDurable ? 'durable' : 'ephemeral'}`);
      throw new Error('a feature failed');
    });
    const { sink } = await server.connect();
    await server.publish(['ann', 'bob'], ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    server.send('tenant', 'tick');
    end();
    server.send('tenant', 'tick');
    await turn();
    expect(seen).toEqual(['acme users ann bob durable', 'acme tenant - ephemeral']);
    expect(sink.payloads('tick')).toHaveLength(2);
    expect(server.warnings.join()).toContain('a feature failed');
  });

  it('change topics and lose rights without a gap in the stream', async () => {
    const server = await start();
    const { sink, connection } = await server.connect({ roles: ['hr'], topics: ['a'] });
    await server.publish('topic:b', ['unseen']);
    server.hub.resubscribe(connection, { keys: ['user:ann', 'tenant', 'role:hr'], topics: ['b'] });
    for (const audience of ['topic:a', 'topic:b', 'role:hr']) await server.publish(audience, [audience]);
    await eventually('two', () => sink.seqs.length === 2);
    server.hub.resubscribe(connection, { keys: ['user:ann', 'tenant'], topics: ['b'] });
    for (const audience of ['role:hr', 'tenant']) await server.publish(audience, [audience]);
    await eventually('three', () => sink.seqs.length === 3);
    expect(sink.payloads('note')).toEqual(['topic:b', 'role:hr', 'tenant']);
    expect((await server.presence.counts(acme)).topTopics).toEqual([{ topic: 'b', connections: 1 }]);
  });

  it('are closed by user or by id, in their own tenant only', async () => {
    const server = await start();
    const [ann, again, bob] = [await server.connect(), await server.connect(), await server.connect({ user: 'bob' })];
    expect(server.hub.close(beta, { userId: asUserId('ann') }, 'revoked')).toBe(0);
    expect(server.hub.close(beta, { connectionId: ann.connection.id }, 'revoked')).toBe(0);
    expect(server.hub.close(acme, { userId: asUserId('ann') }, 'revoked')).toBe(2);
    expect([ann.sink.isEnded, again.sink.isEnded, bob.sink.isEnded]).toEqual([true, true, false]);
    expect(server.hub.close(acme, { connectionId: bob.connection.id }, 'limit')).toBe(1);
    expect(server.hub.close(acme, {}, 'revoked')).toBe(0);
  });

  it('beyond the user limit evict the oldest one under close-oldest', async () => {
    const server = await start({ options: { maxConnectionsPerUser: 2, onUserLimit: 'close-oldest' } });
    const opened = [await server.connect(), await server.connect(), await server.connect()];
    expect(opened.map(({ connection }) => connection.state)).toEqual(['closing', 'live', 'live']);
    expect(JSON.parse(opened[0]!.sink.payloads('close')[0]!)).toMatchObject({ reason: 'limit', reconnect: false });
  });

  it('release their slot when they end, and when they are abandoned before they begin', async () => {
    const server = await start({ options: { maxConnections: 1 } });
    const { sink } = await server.connect();
    await expect(server.connect()).rejects.toThrow(SseRefusal);
    sink.leave();
    const prepared = await server.prepare();
    await expect(server.connect()).rejects.toThrow(SseRefusal);
    prepared.abandon();
    prepared.abandon();
    await server.connect();
  });

  it('cannot be attached twice', async () => {
    const server = await start();
    const prepared = await server.prepare();
    prepared.attachTo(new RecordingSink());
    expect(() => prepared.attachTo(new RecordingSink())).toThrow(TypeError);
    prepared.abandon();
    expect(server.hub.stats(acme).connections).toBe(1);
  });

  it('whose log cannot be read are refused and hold no slot', async () => {
    const log = new MemoryEventLog();
    const bounds = log.bounds.bind(log);
    log.bounds = () => Promise.reject(new Error('away'));
    const server = await start({ eventLog: log, options: { maxConnections: 1 } });
    await expect(server.connect()).rejects.toThrow('away');
    log.bounds = bounds;
    await server.connect();
  });

  it('of polls stay in presence until the device polls again', async () => {
    const server = await start();
    const first = await server.connect({ transport: 'poll' });
    first.connection.close('complete');
    first.sink.leave();
    expect(await server.presence.isOnline(acme, asUserId('ann'))).toBe(true);
    await server.connect({ transport: 'poll' });
    expect((await server.presence.user(acme, asUserId('ann'))).connections).toHaveLength(1);
  });
});

describe('Hub', () => {
  it('drains: it refuses new streams and closes open ones with jittered retry times', async () => {
    const server = await start({ options: { drainMs: 200, retryMs: 1_000 } });
    const people = await Promise.all(numbers(1, 30).map((i) => server.connect({ user: `u${i}` })));
    for (const { sink, connection } of people) {
      const end = sink.end.bind(sink);
      sink.end = () => {
        end();
        setImmediate(() => sink.leave());
      };
      expect(connection.state).toBe('live');
    }
    const draining = server.hub.drain();
    expect([server.hub.isRunning, server.hub.isDraining]).toEqual([true, true]);
    await expect(server.connect({ user: 'late' })).rejects.toMatchObject({ status: 503, code: 'draining' });
    await draining;
    expect(server.hub.stats(null).connections).toBe(0);
    const closeEvents = people.map(({ sink }) => JSON.parse(sink.payloads('close')[0]!) as { retryMs: number });
    for (const closeEvent of closeEvents) {
      expect(closeEvent).toMatchObject({ reason: 'shutdown', reconnect: true });
      expect(closeEvent.retryMs).toBeGreaterThanOrEqual(500);
      expect(closeEvent.retryMs).toBeLessThanOrEqual(2_000);
    }
    expect(new Set(closeEvents.map(({ retryMs }) => retryMs)).size).toBeGreaterThan(10);
    expect((await server.presence.counts(null)).byNode).toMatchObject([{ draining: true }]);
  });

  it('resets connections that are still open after the drain time', async () => {
    const server = await start({ options: { drainMs: 0 } });
    const { sink } = await server.connect();
    await server.hub.drain();
    expect(sink.isReset).toBe(true);
  });

  it('legacy defect 4: stops at once and resets every connection', async () => {
    const server = await start();
    const people = await Promise.all(numbers(1, 10).map((i) => server.connect({ user: `u${i}` })));
    people[0]!.sink.fill();
    await server.publish('tenant', ['1', '2']);
    await server.hub.stop();
    await server.hub.stop();
    expect(people.map(({ connection }) => connection.state)).toEqual(people.map(() => 'closed'));
    expect(server.hub.isRunning).toBe(false);
    await expect(server.connect()).rejects.toMatchObject({ code: 'draining' });
    server.send('tenant', 'late');
  });

  it('stops the backplane when the log cannot start', async () => {
    const backplane = new MemoryBackplane();
    const log = new MemoryEventLog();
    log.start = () => Promise.reject(new Error('no database'));
    await expect(MemoryHub.start({ eventLog: log, backplane })).rejects.toThrow('no database');
    expect(backplane.isConnected()).toBe(false);
  });

  it('closes a stream at once that was prepared before the drain and attached after it', async () => {
    const server = await start();
    const prepared = await server.prepare();
    await server.hub.drain();
    const sink = new RecordingSink();
    prepared.attachTo(sink);
    await turn();
    expect(sink.types).toEqual(['connected', 'close']);
    expect(sink.isEnded).toBe(true);
  });

  it('finds responses that are gone without a close event twice a minute, and releases what they held', async () => {
    jest.useFakeTimers();
    try {
      const server = await start({ options: { maxConnectionsPerUser: 1 } });
      const { sink, connection } = await server.connect();
      Object.defineProperty(sink, 'isGone', { value: true });
      expect(server.hub.stats(null).connections).toBe(1);
      await jest.advanceTimersByTimeAsync(30_000);
      expect(connection.state).toBe('closed');
      expect(server.hub.stats(null)).toMatchObject({ connections: 0, disconnectsTotal: 1 });
      expect(await server.presence.isOnline(acme, connection.userId)).toBe(false);
      await server.connect();
    } finally {
      jest.useRealTimers();
    }
  });

  it('counts events, connections and resyncs', async () => {
    const clock = new ManualClock();
    const server = await start({ clock });
    const { sink } = await server.connect({ topics: ['job:1', 'job:*'] });
    await server.connect({ tenant: 'beta', cursor: 'bad' });
    await server.publish('tenant', ['1']);
    await eventually('one', () => sink.seqs.length === 1);
    sink.leave();
    expect(server.hub.stats(acme)).toMatchObject({
      connections: 0,
      eventsSentTotal: 1,
      connectsTotal: 1,
      disconnectsTotal: 1,
      resyncsTotal: 0,
      queuedBytes: 0,
    });
    expect(server.hub.stats(null)).toMatchObject({ connections: 1, users: 1, connectsTotal: 2, resyncsTotal: 1 });
    expect(server.hub.stats(asTenantId('unknown'))).toMatchObject({ connections: 0, eventsSentTotal: 0 });
  });
});
