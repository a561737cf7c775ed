import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Presence, PRESENCE_TOPIC, type PresenceChange, type PresenceEntry } from '../presence/presence.js';
import { asTenantId, asUserId, type TenantId } from '@nest-herald/platform';
import { eventually } from './eventually.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** One presence, shared or not. */
export interface PresenceHarness {
  /** One node, not started. @param options `offlineGraceMs`: how long it lets people be away, ms. @defaultValue 10,000 */
  node(options?: { readonly offlineGraceMs?: number }): Promise<Presence>;
  /** Stops whatever the harness started; the suite stops the node itself. */
  close(): Promise<void>;
}

/** What was added on a node must be visible there within this. */
const VISIBLE_MS = 1_000;
const NODE_ID = 'contract-node';
/** So short that it is over with the next look, and so long that it is never over. */
const NO_GRACE_MS = 1;
const LONG_GRACE_MS = 300_000;
/** People online at once in a large tenant. */
const CROWD = 10_000;

/** Every guarantee of {@link Presence}, proved against a real implementation. */
export function describePresence(
  name: string,
  open: () => Promise<PresenceHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`${name} keeps the contract of presence`, () => {
    it('shows a connection within a second and forgets it as fast', () =>
      withPresence(open, async (presence, tenant) => {
        const ann = asUserId('ann');
        assert.equal(await presence.isOnline(tenant, ann), false);
        const added = entry(tenant, 'ann');
        presence.add(added);
        await eventually('ann online', () => presence.isOnline(tenant, ann), VISIBLE_MS);
        presence.remove(added.connectionId);
        await eventually('ann offline', async () => !(await presence.isOnline(tenant, ann)), VISIBLE_MS);
      }));

    it('counts a person with several connections once, and online until the last is gone', () =>
      withPresence(open, async (presence, tenant) => {
        const two = [entry(tenant, 'ann', { device: 'phone' }), entry(tenant, 'ann', { device: 'desk' })];
        for (const added of two) presence.add(added);
        await eventually('two', async () => (await presence.counts(tenant)).connections === 2, VISIBLE_MS);
        const page = await presence.onlineUsers(tenant, { limit: 10 });
        assert.deepEqual(
          page.items.map((u) => [u.userId, u.connections, u.devices]),
          [['ann', 2, ['desk', 'phone']]],
        );
        presence.remove(two[0]!.connectionId);
        await eventually('one', async () => (await presence.counts(tenant)).connections === 1, VISIBLE_MS);
        assert.equal(await presence.isOnline(tenant, asUserId('ann')), true);
      }));

    it('never shows a tenant the people of another', () =>
      withPresence(open, async (presence, tenant) => {
        const other = newTenant();
        presence.add(entry(other, 'ann', { topics: ['secret'] }));
        await eventually('ann', () => presence.isOnline(other, asUserId('ann')), VISIBLE_MS);
        assert.equal(await presence.isOnline(tenant, asUserId('ann')), false);
        assert.deepEqual((await presence.onlineUsers(tenant, { limit: 10 })).items, []);
        assert.deepEqual((await presence.user(tenant, asUserId('ann'))).connections, []);
        const counts = await presence.counts(tenant);
        assert.deepEqual([counts.connections, counts.users, counts.topics, counts.topTopics], [0, 0, 0, []]);
      }));

    it('lists people in pages, in the order of their ids, with the number of all', () =>
      withPresence(open, async (presence, tenant) => {
        for (const user of ['e', 'b', 'd', 'a', 'c']) presence.add(entry(tenant, user));
        await eventually('five', async () => (await presence.counts(tenant)).users === 5, VISIBLE_MS);
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await presence.onlineUsers(tenant, cursor === null ? { limit: 2 } : { limit: 2, cursor });
          assert.equal(page.total, 5);
          seen.push(...page.items.map((u) => u.userId));
          cursor = page.nextCursor;
        } while (cursor !== null);
        assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e']);
      }));

    it('pages through ten thousand people, each once, however alike their ids and times are', () =>
      withPresence(open, async (presence, tenant) => {
        const since = new Date();
        const users = Array.from({ length: CROWD / 5 }, (_, n) => `u${n}`).flatMap((id) => [
          id,
          id.toUpperCase(),
          `${id}.`,
          `${id}-1`,
          `${id}|A`,
        ]);
        for (const user of users) presence.add(entry(tenant, user, { since }));
        for (const user of users.slice(0, 100)) presence.add(entry(tenant, user, { since, device: 'phone' }));
        await eventually('all', async () => (await presence.counts(tenant)).users === CROWD);
        const seen: string[] = [];
        let connections = 0;
        let cursor: string | null = null;
        do {
          const page = await presence.onlineUsers(tenant, cursor === null ? { limit: 100 } : { limit: 100, cursor });
          assert.equal(page.total, CROWD);
          for (const user of page.items) {
            seen.push(user.userId);
            connections += user.connections;
          }
          cursor = page.nextCursor;
        } while (cursor !== null);
        assert.deepEqual([seen.length, connections], [CROWD, CROWD + 100]);
        assert.deepEqual([...seen].sort(), [...users].sort());
      }));

    it('tells about one person, known or not', () =>
      withPresence(open, async (presence, tenant) => {
        const ann = asUserId('ann');
        assert.deepEqual(await presence.user(tenant, ann), {
          userId: ann,
          online: false,
          connections: [],
          lastSeenAt: null,
          generation: 0,
        });
        const added = entry(tenant, 'ann', { topics: ['a', 'b:*'] });
        presence.add(added);
        await eventually('online', async () => (await presence.user(tenant, ann)).online, VISIBLE_MS);
        const [connection] = (await presence.user(tenant, ann)).connections;
        assert.deepEqual(
          [connection?.connectionId, connection?.device, connection?.topics],
          [added.connectionId, 'desk', ['a', 'b:*']],
        );
        presence.remove(added.connectionId);
        await eventually('last seen', async () => (await presence.user(tenant, ann)).lastSeenAt !== null);
        assert.equal((await presence.user(tenant, ann)).online, false);
      }));

    it('counts transports, nodes and topics, most followed first', () =>
      withPresence(open, async (presence, tenant) => {
        presence.add(entry(tenant, 'ann', { topics: ['b', 'a'], transport: 'sse' }));
        const poll = entry(tenant, 'bob', { topics: ['b'], transport: 'poll' });
        presence.add(poll);
        await eventually('two', async () => (await presence.counts(tenant)).connections === 2, VISIBLE_MS);
        const counts = await presence.counts(tenant);
        assert.deepEqual(counts.byTransport, { sse: 1, poll: 1, ws: 0 });
        assert.deepEqual(counts.topTopics, [
          { topic: 'b', connections: 2 },
          { topic: 'a', connections: 1 },
        ]);
        assert.deepEqual(
          counts.byNode.filter((n) => n.nodeId === NODE_ID),
          [{ nodeId: NODE_ID, connections: 2, users: 2, draining: false }],
        );
        presence.changeTopics(poll.connectionId, ['c']);
        await eventually('the new topic', async () =>
          (await presence.counts(tenant)).topTopics.some((t) => t.topic === 'c'),
        );
        assert.ok((await presence.counts(null)).connections >= 2);
      }));

    it('shows a node that drains', () =>
      withPresence(open, async (presence, tenant) => {
        presence.add(entry(tenant, 'ann'));
        await presence.setDraining(true);
        await eventually('draining', async () =>
          (await presence.counts(tenant)).byNode.some((n) => n.nodeId === NODE_ID && n.draining),
        );
      }));

    it('takes the removal of an unknown connection without a word', () =>
      withPresence(open, async (presence, tenant) => {
        presence.remove('nobody.0000000000000000000000');
        presence.changeTopics('nobody.0000000000000000000000', ['a']);
        assert.equal((await presence.counts(tenant)).connections, 0);
      }));

    it('tells who comes online and who went offline, a session with one number and the next with a higher one', () =>
      withFollower(open, NO_GRACE_MS, async ({ presence, tenant, changesOf }) => {
        for (const generation of [1, 2]) {
          const added = entry(tenant, 'ann');
          presence.add(added);
          await eventually('online', () => changesOf('ann').length === 2 * generation - 1);
          assert.equal((await presence.user(tenant, asUserId('ann'))).generation, generation);
          const { items } = await presence.onlineUsers(tenant, { limit: 1 });
          assert.deepEqual([items[0]?.userId, items[0]?.generation], ['ann', generation]);
          presence.remove(added.connectionId);
          await eventually('offline', () => changesOf('ann').length === 2 * generation);
          assert.equal((await presence.user(tenant, asUserId('ann'))).generation, generation);
        }
        assert.deepEqual(changesOf('ann'), ['online 1 of 1', 'offline 0 of 1', 'online 1 of 2', 'offline 0 of 2']);
        assert.equal((await presence.onlineUsers(tenant, { limit: 10, leaving: true })).total, 1);
      }));

    it('tells nothing of further connections, nor of a return within the grace', () =>
      withFollower(open, LONG_GRACE_MS, async ({ presence, tenant, changesOf }) => {
        const ann = asUserId('ann');
        const [first, second] = [entry(tenant, 'ann'), entry(tenant, 'ann')];
        presence.add(first);
        assert.equal(await presence.isOnline(tenant, ann), true);
        presence.add(second);
        presence.remove(first.connectionId);
        assert.equal((await presence.user(tenant, ann)).connections.length, 1);
        presence.remove(second.connectionId);
        assert.equal(await presence.isOnline(tenant, ann), false);
        const page = { limit: 1, cursor: 'a' };
        assert.deepEqual(
          (await presence.onlineUsers(tenant, page)).items.map((user) => user.userId),
          ['boss'],
        );
        const { items, nextCursor, total } = await presence.onlineUsers(tenant, { ...page, leaving: true });
        assert.deepEqual(
          items.map((user) => [user.userId, user.connections, user.devices, user.generation]),
          [['ann', 0, [], 1]],
        );
        assert.deepEqual([nextCursor, total], ['ann', 2]);
        presence.add(entry(tenant, 'ann'));
        assert.equal((await presence.onlineUsers(tenant, { limit: 10, leaving: true })).total, 2);
        assert.deepEqual((await presence.user(tenant, ann)).generation, 1);
        presence.add(entry(tenant, 'last'));
        await eventually('the last', () => changesOf('last').length === 1);
        assert.deepEqual(changesOf('ann'), ['online 1 of 1']);
      }));

    it('tells also of somebody who was there for less than a moment', () =>
      withFollower(open, NO_GRACE_MS, async ({ presence, tenant, changesOf }) => {
        const brief = entry(tenant, 'ann');
        presence.add(brief);
        presence.remove(brief.connectionId);
        await eventually('gone', () => changesOf('ann').length === 2);
        assert.deepEqual(
          changesOf('ann').map((change) => change.replace(/ \d /, ' ')),
          ['online of 1', 'offline of 1'],
        );
      }));

    it('tells nothing where nobody follows, and goes on with the numbers as soon as somebody does', () =>
      withFollower(open, NO_GRACE_MS, async ({ presence, tenant, changesOf, heard }) => {
        const other = newTenant();
        const quiet = entry(other, 'eve');
        presence.add(quiet);
        assert.equal(await presence.isOnline(other, quiet.userId), true);
        presence.add(entry(tenant, 'ann'));
        await eventually('ann', () => changesOf('ann').length === 1);
        const follower = entry(other, 'chief');
        presence.add(follower);
        presence.changeTopics(follower.connectionId, ['news', PRESENCE_TOPIC]);
        assert.equal((await presence.user(other, follower.userId)).connections[0]?.topics.length, 2);
        presence.remove(quiet.connectionId);
        const told = (): readonly PresenceChange[] => heard.filter((c) => c.tenantId === other && c.userId === 'eve');
        await eventually('eve', () => told().length > 0);
        assert.deepEqual(
          told().map(({ online, generation }) => [online, generation]),
          [[false, 1]],
        );
      }));

    it('tells code that watches a tenant', () =>
      withFollower(open, NO_GRACE_MS, async ({ presence, heard }) => {
        const other = newTenant();
        const end = presence.watch(other);
        let visitors = 0;
        await eventually('somebody', () => {
          presence.add(entry(other, `visitor-${(visitors += 1)}`));
          return heard.some((change) => change.tenantId === other && change.online);
        });
        end();
        end();
      }));
  });
}

/** A started node, and a tenant in which `boss` follows presence. */
interface Following {
  readonly presence: Presence;
  readonly tenant: TenantId;
  /** All changes that were told, in order. */
  readonly heard: readonly PresenceChange[];
  /** Those of one person of the tenant, as `<state> <connections> of <generation>`. */
  readonly changesOf: (user: string) => readonly string[];
}

async function withFollower(
  open: () => Promise<PresenceHarness>,
  offlineGraceMs: number,
  run: (following: Following) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const presence = await harness.node({ offlineGraceMs });
  const heard: PresenceChange[] = [];
  const tenant = newTenant();
  const changesOf = (user: string): readonly string[] =>
    heard
      .filter((change) => change.tenantId === tenant && change.userId === user)
      .map((change) => `${change.online ? 'online' : 'offline'} ${change.connections} of ${change.generation}`);
  try {
    await presence.start({ nodeId: NODE_ID, onChange: (change) => heard.push(change) });
    presence.add(entry(tenant, 'boss', { topics: [PRESENCE_TOPIC] }));
    await eventually('the follower', () => changesOf('boss').length === 1);
    await run({ presence, tenant, heard, changesOf });
    for (const { at } of heard) assert.ok(Math.abs(at.getTime() - Date.now()) < 3_600_000);
  } finally {
    await presence.stop();
    await harness.close();
  }
}

function newTenant(): TenantId {
  return asTenantId(`t-${randomUUID()}`);
}

function entry(tenantId: TenantId, userId: string, more: Partial<PresenceEntry> = {}): PresenceEntry {
  return {
    connectionId: `${NODE_ID}.${randomUUID().slice(0, 22)}`,
    tenantId,
    userId: asUserId(userId),
    nodeId: NODE_ID,
    device: 'desk',
    transport: 'sse',
    topics: [],
    since: new Date(),
    ...more,
  };
}

async function withPresence(
  open: () => Promise<PresenceHarness>,
  run: (presence: Presence, tenant: TenantId) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const presence = await harness.node();
  try {
    await presence.start({ nodeId: NODE_ID });
    await run(presence, newTenant());
  } finally {
    await presence.stop();
    await harness.close();
  }
}
