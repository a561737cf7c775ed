import { asTenantId, asUserId, systemClock } from '@nest-herald/platform';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import { type ControlRecord, controlRecordEvent } from '../vocabulary/control-record.js';
import { MemoryRevocationStore } from '../control/memory-revocation-store.js';
import { Revocations } from '../control/revocations.js';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryLogStore } from '../event-log/memory-log-store.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import { MemoryHub } from '../testing/memory-hub.js';
import { RecordingSink } from '../testing/recording-sink.js';

const acme = asTenantId('acme');
const ann = asUserId('ann');

interface Server {
  readonly memory: MemoryHub;
  readonly revocations: Revocations;
}

/** Revocations cover tokens that were issued before them. The tokens of this test are issued when a stream is opened. */
const later = { ...systemClock, now: () => new Date(Date.now() + 60_000) };

/** What all servers share. */
let log: MemoryLogStore;
let bus: MemoryBus;
let store: RevocationStore;
const open: MemoryHub[] = [];

async function start(nodeId: string): Promise<Server> {
  const eventLog = new MemoryEventLog(log);
  store ??= new MemoryRevocationStore(eventLog, later);
  const revocations = new Revocations(store, systemClock, 60_000);
  const memory = await MemoryHub.start({ nodeId, eventLog, backplane: new MemoryBackplane(bus), revocations });
  open.push(memory);
  return { memory, revocations };
}

beforeEach(() => {
  log = new MemoryLogStore('log', systemClock);
  bus = new MemoryBus();
  store = undefined as unknown as RevocationStore;
});
afterEach(async () => {
  for (const memory of open.splice(0)) await memory.hub.stop();
});

const textOf = (sink: RecordingSink): string => sink.events.map(({ body }) => body.toString()).join('');
const append = (server: Server, record: ControlRecord): Promise<unknown> =>
  server.memory.log.append([controlRecordEvent(acme, record)]);
/** Resolves when a broadcast that was logged last has reached `witness`. */
async function settled(server: Server, witness: RecordingSink): Promise<void> {
  const last = `last ${Math.random()}`;
  await server.memory.publish('tenant', [last]);
  while (!textOf(witness).includes(last)) await new Promise((resolve) => setImmediate(resolve));
}

describe('ControlRecordHandler', () => {
  it('closes revoked connections on every server, in log order', async () => {
    const [near, far] = [await start('near'), await start('far')];
    const { sink } = await far.memory.connect({ user: 'ann' });
    const { sink: witness } = await far.memory.connect({ user: 'bob' });
    await near.memory.publish('tenant', ['before']);
    await near.revocations.revoke(acme, { userId: ann });
    await near.memory.publish('tenant', ['after']);
    await settled(near, witness);
    expect(textOf(sink)).toContain('before');
    expect(textOf(sink)).not.toContain('after');
    expect(textOf(sink)).toMatch(/event: close\ndata: {"reason":"revoked","reconnect":false/);
    expect(textOf(witness)).toContain('after');
  });

  it('closes a stream that was prepared before the revocation and attached after it', async () => {
    const [near, far] = [await start('near'), await start('far')];
    const { connection: first } = await far.memory.connect();
    const cursor = first.position;
    await near.memory.publish(
      'tenant',
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
    const prepared = await far.memory.prepare({ cursor });
    await near.revocations.revoke(acme, { tenant: true });
    await near.memory.publish('tenant', ['after']);
    while (far.memory.hub.connections(acme).length > 0) await new Promise((resolve) => setImmediate(resolve));
    const sink = new RecordingSink();
    const connection = prepared.attachTo(sink);
    expect(connection.state).toBe('closing');
    expect(textOf(sink)).toContain('"reason":"revoked"');
    expect(textOf(sink)).not.toContain('after');
  });

  it('applies a revocation that was logged before this server followed the tenant', async () => {
    const near = await start('near');
    await near.revocations.revoke(acme, { userId: ann });
    const far = await start('far');
    await expect(far.memory.connect({ user: 'ann' })).rejects.toMatchObject({ status: 401, code: 'invalid_token' });
    const { connection } = await far.memory.connect({ user: 'bob' });
    expect(connection.state).toBe('live');
    expect(far.memory.hub.stats(acme).connections).toBe(1);
  });

  it('closes a user’s streams on all servers except the one that wrote the record', async () => {
    const [near, far] = [await start('near'), await start('far')];
    const { connection: kept } = await near.memory.connect();
    const { connection } = await far.memory.connect();
    const { connection: other, sink: witness } = await far.memory.connect({ user: 'bob' });
    await append(near, { kind: 'disconnect', userId: ann, reason: 'limit', from: 'near' });
    await settled(near, witness);
    expect([kept.state, connection.state, other.state]).toEqual(['live', 'closing', 'live']);
  });

  it('asks the other servers to recompute rights', async () => {
    const [near, far] = [await start('near'), await start('far')];
    const { sink: nearWitness } = await near.memory.connect();
    const { sink: witness } = await far.memory.connect();
    const asked: unknown[] = [];
    near.memory.hub.onReauthorize((record) => asked.push(['near', record.userId]));
    far.memory.hub.onReauthorize((record) => asked.push(['far', record.tenantId, record.userId]));
    await append(near, { kind: 'reauthorize', userId: ann, from: 'near' });
    await append(near, { kind: 'reauthorize', userId: null, from: 'near' });
    await settled(near, nearWitness);
    await settled(near, witness);
    expect(asked).toEqual([
      ['far', acme, ann],
      ['far', acme, null],
    ]);
  });

  it('skips records that are unreadable or of a newer version', async () => {
    const server = await start('near');
    const { sink } = await server.memory.connect();
    for (const payload of ['{', '{"kind":"dance"}', '{"kind":"disconnect","userId":"not an id"}']) {
      await server.memory.log.append([
        { ...controlRecordEvent(acme, { kind: 'reauthorize', userId: null, from: 'x' }), payload },
      ]);
    }
    await settled(server, sink);
    expect(server.memory.warnings).toHaveLength(2);
  });
});
