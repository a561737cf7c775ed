import { asTenantId, asUserId, Jitter, type Principal } from '@nest-herald/platform';
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

/** Other nodes that say what the test wants them to, in turn; the last answer stays. */
class TalkingPlaces implements ClusterSlots {
  isAlone = false;
  readonly lagMs = 1;
  readonly asked: SlotRequest[] = [];
  answers: (number | Error | RemoteCounts)[] = [0];

  remoteCounts(newcomer: SlotRequest): Promise<RemoteCounts> {
    this.asked.push(newcomer);
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
  const places = new TalkingPlaces();
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const cluster = new ClusterAdmission({ admission, clusterSlots: isShared ? places : undefined, limits: all, warn });
  const admit = (): AdmissionSlot | Promise<AdmissionSlot> => cluster.admit(ann, 'sse', 'desk');
  return { cluster, places, admission, evicted, warnings, admit };
}

async function refusalOf(admitting: AdmissionSlot | Promise<AdmissionSlot>): Promise<SseRefusal> {
  const error = await Promise.resolve(admitting).catch((refusal: unknown) => refusal);
  if (error instanceof SseRefusal) return error;
  throw new Error('It was not refused.');
}

describe('admission over all nodes', () => {
  it('answers in the same tick, without a question, where nobody else is or nothing is limited', () => {
    const limited = setUp({ maxConnectionsPerUser: 1 });
    limited.places.isAlone = true;
    const alone = [limited, setUp({}), setUp({ maxConnectionsPerUser: 1 }, false)];
    for (const { admit, places } of alone) {
      expect(admit()).not.toBeInstanceOf(Promise);
      expect(places.asked).toEqual([]);
    }
  });

  it('P100: refuses by what all nodes hold together, after a second look', async () => {
    const { admit, places } = setUp({ maxConnectionsPerUser: 3 });
    places.answers = [1];
    await admit();
    await admit();
    expect(places.asked).toHaveLength(2);
    expect(await refusalOf(admit())).toMatchObject({ status: 429, code: 'connection_limit' });
    expect(places.asked).toHaveLength(4);
    expect(places.asked[0]).toEqual({ tenantId: 'acme', userId: 'ann', device: 'desk' });
  });

  it('lets in who has closed elsewhere what they open here, once that is written', async () => {
    const { admit, places, admission } = setUp({ maxConnectionsPerUser: 1 });
    places.answers = [1, 0];
    (await admit()).release();
    expect([places.asked.length, admission.held]).toEqual([2, 0]);
  });

  it('asks nobody about a person who has all their connections here', async () => {
    const { admit, places } = setUp({ maxConnectionsPerUser: 1 });
    await admit();
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect(places.asked).toHaveLength(1);
  });

  it('lets in exactly as many as there are places, of any number that wait for one answer', async () => {
    const { admit, places, admission } = setUp({ maxConnectionsPerUser: 10 });
    places.answers = [4];
    const settled = await Promise.allSettled(Array.from({ length: 30 }, async () => admit()));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    expect(admission.held).toBe(6);
  });

  it('P102: goes by its own count when the others’ is not told; counts that, and says it once until it is told again', async () => {
    const { admit, places, cluster, warnings } = setUp({ maxConnectionsPerUser: 3 });
    places.answers = [new Error('away')];
    await admit();
    await admit();
    expect([cluster.localDecisions, warnings.length]).toEqual([2, 1]);
    places.answers = [2];
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    places.answers = [new Error('away again')];
    await admit();
    expect([cluster.localDecisions, warnings.length]).toEqual([3, 2]);
    expect((await refusalOf(admit())).code).toBe('connection_limit');
  });

  it('ends the oldest stream where it is told so, after a second look, and lets the new one in', async () => {
    const { admit, places, evicted } = setUp({ maxConnectionsPerUser: 1, onUserLimit: 'close-oldest' });
    const oldest = { connectionId: 'far.1', since: new Date(-1) };
    places.answers = [{ user: 1, tenant: 1, oldest }];
    const own = await admit();
    expect([evicted, places.asked.length]).toEqual([['far.1'], 2]);
    places.answers = [0];
    await admit();
    expect(evicted).toEqual(['far.1', own]);
  });

  it('counts an attempt once, however often it looks', async () => {
    const { admit, places } = setUp({ maxConnectionsPerUser: 1, connectsPerMinute: 1, connectBurst: 2 });
    places.answers = [1];
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect((await refusalOf(admit())).code).toBe('connection_limit');
    expect(() => admit()).toThrow(/Too many connection attempts/);
  });
});
