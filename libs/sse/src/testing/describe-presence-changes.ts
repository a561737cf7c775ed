import assert from 'node:assert/strict';
import { asUserId, type TenantId } from '@nest-herald/platform';
import { type Presence, PRESENCE_TOPIC, type PresenceChange } from '../presence/presence.js';
import { eventually } from './eventually.js';
import { entry, newTenant, NODE_ID, type PresenceHarness } from './presence-harness.js';
import type { TestFramework } from './test-framework.js';

/** Shorter than the time until the next check, so it never delays "offline". */
const NO_GRACE_MS = 1;
/** Longer than any test. */
const LONG_GRACE_MS = 300_000;

/** The tests of `describePresence` about announcements that a user comes online or goes offline. */
export function presenceChangeTests(open: () => Promise<PresenceHarness>, it: TestFramework['it']): void {
  it('announces online and offline, one generation per session, rising', () =>
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

  it('announces neither further connections nor a return within the grace period', () =>
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

  it('announces a user whose only connection closes at once', () =>
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

  it('announces nothing in a tenant without followers, and continues the generations when one arrives', () =>
    withFollower(open, NO_GRACE_MS, async ({ presence, tenant, changesOf, changes }) => {
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
      const ofEve = (): readonly PresenceChange[] =>
        changes.filter((change) => change.tenantId === other && change.userId === 'eve');
      await eventually('eve', () => ofEve().length > 0);
      assert.deepEqual(
        ofEve().map(({ online, generation }) => [online, generation]),
        [[false, 1]],
      );
    }));

  it('announces to code that watches a tenant', () =>
    withFollower(open, NO_GRACE_MS, async ({ presence, changes }) => {
      const other = newTenant();
      const stopWatching = presence.watch(other);
      let users = 0;
      await eventually('a change', () => {
        presence.add(entry(other, `user-${(users += 1)}`));
        return changes.some((change) => change.tenantId === other && change.online);
      });
      stopWatching();
      stopWatching();
    }));
}

/** The presence of a started server, and a tenant in which `boss` follows presence. */
interface Following {
  readonly presence: Presence;
  readonly tenant: TenantId;
  /** All announced changes, in order. */
  readonly changes: readonly PresenceChange[];
  /** Those of one user of the tenant, as `<state> <connections> of <generation>`. */
  readonly changesOf: (user: string) => readonly string[];
}

async function withFollower(
  open: () => Promise<PresenceHarness>,
  offlineGraceMs: number,
  run: (following: Following) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const presence = await harness.server({ offlineGraceMs });
  const changes: PresenceChange[] = [];
  const tenant = newTenant();
  const changesOf = (user: string): readonly string[] =>
    changes
      .filter((change) => change.tenantId === tenant && change.userId === user)
      .map((change) => `${change.online ? 'online' : 'offline'} ${change.connections} of ${change.generation}`);
  try {
    await presence.start({ nodeId: NODE_ID, onChange: (change) => changes.push(change) });
    presence.add(entry(tenant, 'boss', { topics: [PRESENCE_TOPIC] }));
    await eventually('the follower', () => changesOf('boss').length === 1);
    await run({ presence, tenant, changes, changesOf });
    for (const { at } of changes) assert.ok(Math.abs(at.getTime() - Date.now()) < 3_600_000);
  } finally {
    await presence.stop();
    await harness.close();
  }
}
