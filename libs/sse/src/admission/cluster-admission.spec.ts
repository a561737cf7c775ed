import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import { describe, expect, it } from '@jest/globals';
import type { ClusterSlots, RemoteCounts, SlotRequest } from '../presence/cluster-slots.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Admission, type AdmissionLimits } from './admission.js';
import type { AdmissionSlot } from './admission-slot.js';
import { ClusterAdmission } from './cluster-admission.js';

const at = new Date(0);
const ann: Principal = {
  tenantId: asTenantId('acme'),
  userId: asUserId('ann'),
  roles: [],
  permissions: [],
  topics: [],
  expiresAt: at,
  issuedAt: at,
};

/** Other servers that answer in turn what the test sets. The last answer repeats. */
class ScriptedClusterSlots implements ClusterSlots {
  isAlone = false;
  readonly lagMs = 1;
  readonly asked: SlotRequest[] = [];
  answers: (number | Error | RemoteCounts)[] = [0];

  remoteCounts(request: SlotRequest): Promise<RemoteCounts> {
    this.asked.push(request);
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(typeof answer === 'number' ? { user: answer, tenant: answer, oldest: null } : answer!);
  }

  overLimitUsers(): Promise<never[]> {
    return Promise.resolve([]);
  }

  onServerJoined(): void {}
}

function setUp(limits: Partial<AdmissionLimits>, isShared = true) {
  const all: AdmissionLimits = {
    maxConnections: 0,
    maxConnectionsPerTenant: 0,
    maxConnectionsPerUser: 0,
    onUserLimit: 'refuse',
    connectsPerMinute: 0,
    connectBurst: 30,
    pollsPerMinute: 0,
    ...limits,
  };
  const evicted: unknown[] = [];
  const admission = new Admission(all, new ManualClock(), new Jitter({ random: () => 'AAAAAA' }), {
    evict: (slot) => evicted.push(slot),
    evictRemote: (_, connectionId) => evicted.push(connectionId),
  });
  const remote = new ScriptedClusterSlots();
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const cluster = new ClusterAdmission({ admission, clusterSlots: isShared ? remote : undefined, limits: all, warn });
  const admit = (): AdmissionSlot | Promise<AdmissionSlot> => cluster.admit(ann, 'sse', 'desk');
  return { cluster, remote, admission, evicted, warnings, admit };
}

async function refusalOf(admitting: AdmissionSlot | Promise<AdmissionSlot>): Promise<SseRefusal> {
  const error = await Promise.resolve(admitting).catch((refusal: unknown) => refusal);
  if (error instanceof SseRefusal) return error;
  throw new Error('The admission was not refused.');
}

describe('ClusterAdmission', () => {
  it('answers in the same tick and asks no server when it is alone or nothing is limited', () => {
    const limited = setUp({ maxConnectionsPerUser: 1 });
    limited.remote.isAlone = true;
    const alone = [limited, setUp({}), setUp({ maxConnectionsPerUser: 1 }, false)];
    for (const { admit, remote } of alone) {
      expect(admit()).not.toBeInstanceOf(Promise);
      expect(remote.asked).toEqual([]);
    }
  });

  it('P100: refuses by the connections of all servers together, after a second check', async () => {
    const { admit, remote } = setUp({ maxConnectionsPerUser: 3 });
    remote.answers = [1];
    await admit();
    await admit();
    expect(remote.asked).toHaveLength(2);
    expect(await refusalOf(admit())).toMatchObject({ status: 429, code: 'connection_limit' });
    expect(remote.asked).toHaveLength(4);
    expect(remote.asked[0]).toEqual({ tenantId: 'acme', userId: 'ann', device: 'desk' });
  });

  it('admits a user who closed a connection on another server, once that is written', async () => {
    const { admit, remote, admission } = setUp({ maxConnectionsPerUser: 1 });
    remote.answers = [1, 0];
    (await admit()).release();
    expect([remote.asked.length, admission.held]).toEqual([2, 0]);
  });

  it('asks no other server about a user whose connections on this server reach the limit', async () => {
    const { admit, remote } = setUp({ maxConnectionsPerUser: 1 });
    await admit();
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect(remote.asked).toHaveLength(1);
  });

  it('admits exactly as many as there are slots, of any number of concurrent requests', async () => {
    const { admit, remote, admission } = setUp({ maxConnectionsPerUser: 10 });
    remote.answers = [4];
    const settled = await Promise.allSettled(Array.from({ length: 30 }, async () => admit()));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    expect(admission.held).toBe(6);
  });

  it('P102: decides by its own count when the other counts fail, counts such decisions, and warns once per outage', async () => {
    const { admit, remote, cluster, warnings } = setUp({ maxConnectionsPerUser: 3 });
    remote.answers = [new Error('away')];
    await admit();
    await admit();
    expect([cluster.localDecisions, warnings.length]).toEqual([2, 1]);
    remote.answers = [2];
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    remote.answers = [new Error('away again')];
    await admit();
    expect([cluster.localDecisions, warnings.length]).toEqual([3, 2]);
    expect((await refusalOf(admit())).code).toBe('connection_limit');
  });

  it('evicts the oldest stream of all servers under close-oldest, after a second check', async () => {
    const { admit, remote, evicted } = setUp({ maxConnectionsPerUser: 1, onUserLimit: 'close-oldest' });
    const oldest = { connectionId: 'far.1', since: new Date(-1) };
    remote.answers = [{ user: 1, tenant: 1, oldest }];
    const own = await admit();
    expect([evicted, remote.asked.length]).toEqual([['far.1'], 2]);
    remote.answers = [0];
    await admit();
    expect(evicted).toEqual(['far.1', own]);
  });

  it('counts an attempt once, however often it checks', async () => {
    const { admit, remote } = setUp({ maxConnectionsPerUser: 1, connectsPerMinute: 1, connectBurst: 2 });
    remote.answers = [1];
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect(() => admit()).toThrow(/Too many connection attempts/);
  });
});
