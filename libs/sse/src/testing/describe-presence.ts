import assert from 'node:assert/strict';
import { asUserId, type TenantId } from '@nest-herald/platform';
import type { Presence } from '../presence/presence.js';
import { presenceChangeTests } from './describe-presence-changes.js';
import { eventually } from './eventually.js';
import { entry, newTenant, NODE_ID, type PresenceHarness } from './presence-harness.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** What was added on a server must be visible there within this time. */
const VISIBLE_MS = 1_000;
/** Users online in a large tenant. */
const USERS_ONLINE = 10_000;

/** Proves every guarantee of {@link Presence} for an implementation. */
export function describePresence(
  name: string,
  open: () => Promise<PresenceHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`${name} keeps the contract of presence`, () => {
    it('shows and drops a connection within a second', () =>
      withPresence(open, async (presence, tenant) => {
        const ann = asUserId('ann');
        assert.equal(await presence.isOnline(tenant, ann), false);
        const added = entry(tenant, 'ann');
        presence.add(added);
        await eventually('ann online', () => presence.isOnline(tenant, ann), VISIBLE_MS);
        presence.remove(added.connectionId);
        await eventually('ann offline', async () => !(await presence.isOnline(tenant, ann)), VISIBLE_MS);
      }));

    it('counts a user with several connections once, online until the last one closes', () =>
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

    it('never shows a tenant the users of another', () =>
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

    it('lists users in pages, in the order of their ids, with their total', () =>
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

    it('pages through ten thousand users with similar ids and equal times, each once', () =>
      withPresence(open, async (presence, tenant) => {
        const since = new Date();
        const users = Array.from({ length: USERS_ONLINE / 5 }, (_, n) => `u${n}`).flatMap((id) => [
          id,
          id.toUpperCase(),
          `${id}.`,
          `${id}-1`,
          `${id}|A`,
        ]);
        for (const user of users) presence.add(entry(tenant, user, { since }));
        for (const user of users.slice(0, 100)) presence.add(entry(tenant, user, { since, device: 'phone' }));
        await eventually('all', async () => (await presence.counts(tenant)).users === USERS_ONLINE);
        const seen: string[] = [];
        let connections = 0;
        let cursor: string | null = null;
        do {
          const page = await presence.onlineUsers(tenant, cursor === null ? { limit: 100 } : { limit: 100, cursor });
          assert.equal(page.total, USERS_ONLINE);
          for (const user of page.items) {
            seen.push(user.userId);
            connections += user.connections;
          }
          cursor = page.nextCursor;
        } while (cursor !== null);
        assert.deepEqual([seen.length, connections], [USERS_ONLINE, USERS_ONLINE + 100]);
        assert.deepEqual([...seen].sort(), [...users].sort());
      }));

    it('describes one user, known or not', () =>
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

    it('counts by transport, server and topic, the most followed topic first', () =>
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

    it('shows a draining server', () =>
      withPresence(open, async (presence, tenant) => {
        presence.add(entry(tenant, 'ann'));
        await presence.setDraining(true);
        await eventually('draining', async () =>
          (await presence.counts(tenant)).byNode.some((n) => n.nodeId === NODE_ID && n.draining),
        );
      }));

    it('ignores the removal of an unknown connection', () =>
      withPresence(open, async (presence, tenant) => {
        presence.remove('unknown.0000000000000000000000');
        presence.changeTopics('unknown.0000000000000000000000', ['a']);
        assert.equal((await presence.counts(tenant)).connections, 0);
      }));

    presenceChangeTests(open, it);
  });
}

async function withPresence(
  open: () => Promise<PresenceHarness>,
  run: (presence: Presence, tenant: TenantId) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const presence = await harness.server();
  try {
    await presence.start({ nodeId: NODE_ID });
    await run(presence, newTenant());
  } finally {
    await presence.stop();
    await harness.close();
  }
}
