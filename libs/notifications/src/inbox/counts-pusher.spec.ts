import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Connection, type Hub, userKey } from '@nest-herald/sse';
import type { TenantTransaction } from '@nest-herald/platform/postgres';
import type { ReaderKeys } from './reader-keys.js';
import type { NotificationCounts } from '../notification/notification-events.js';
import { resolveNotificationOptions } from '../options/notifications.options.js';
import { CountsPusher } from './counts-pusher.js';
import type { InboxService } from './inbox.service.js';

type HubEvent = Parameters<Parameters<Hub['onEvent']>[0]>[0];

/** A connection that keeps the counts that it received. */
class FakeConnection {
  readonly received: NotificationCounts[] = [];
  readonly tenantId = 'acme';
  #onClosed: () => void = () => undefined;
  readonly principal;
  readonly keys: readonly string[];
  constructor(
    readonly userId: string,
    readonly transport: 'sse' | 'poll' = 'sse',
    roles: readonly string[] = [],
  ) {
    this.principal = { tenantId: 'acme', userId, topics: [], roles };
    this.keys = [userKey(userId), ...roles.map((role) => `role:${role}`)];
  }
  sendEphemeral(_type: string, payload: string): void {
    this.received.push(JSON.parse(payload) as NotificationCounts);
  }
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }
  close(): void {
    this.#onClosed();
  }
}

/** The parts of hub, transactions and inbox that the pusher uses. A test completes each count itself. */
class PusherHarness {
  connected: (connection: Connection) => void = () => undefined;
  event: (event: HubEvent) => void = () => undefined;
  readonly counting: ((unread: number, categories?: number) => void)[] = [];
  readonly pusher: CountsPusher;

  constructor(options: { countsIntervalMs?: number; countsConcurrency?: number } = {}) {
    const ended = () => undefined;
    const hub = {
      onConnected: (listener: typeof this.connected) => ((this.connected = listener), ended),
      onEvent: (listener: typeof this.event) => ((this.event = listener), ended),
    };
    const transactions = { run: (_tenant: string, work: (manager: object) => unknown) => work({}) };
    const readerKeys = { keysOf: () => Promise.resolve([]), readerOf: () => Promise.resolve({}) };
    const inbox = {
      counts: () =>
        new Promise<NotificationCounts>((resolve) => {
          this.counting.push((unread, categories = 0) => {
            const names = Array.from({ length: categories }, (_, i) => `category-${i}`);
            const byCategory = Object.fromEntries(names.map((name, i) => [name, { unread: i, unseen: 0 }]));
            resolve({ unread, unseen: 0, capped: false, byCategory, rev: '1.0' });
          });
        }),
    };
    this.pusher = new CountsPusher(
      hub as unknown as Hub,
      transactions as unknown as TenantTransaction,
      readerKeys as unknown as ReaderKeys,
      inbox as unknown as InboxService,
      resolveNotificationOptions({ countsIntervalMs: 250, ...options }),
      { now: () => new Date(), monotonicMs: () => Date.now() },
    );
    this.pusher.onApplicationBootstrap();
  }

  join(connection: FakeConnection): FakeConnection {
    this.connected(connection as unknown as Connection);
    return connection;
  }

  changed(...people: string[]): void {
    const [first = ''] = people;
    const named = people.length > 1;
    this.event({
      tenantId: 'acme',
      type: 'notification.updated',
      audience: named ? 'users' : userKey(first),
      recipients: named ? people : null,
      isDurable: true,
    } as HubEvent);
  }
}

const soon = (ms = 0) => jest.advanceTimersByTimeAsync(ms);
const unread = (connection: FakeConnection) => connection.received.map((counts) => counts.unread);

describe('The counts pusher', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('counts again after a change during a count', async () => {
    const harness = new PusherHarness();
    const ann = harness.join(new FakeConnection('ann'));
    await soon();
    harness.changed('ann');
    harness.counting[0]!(1);
    await soon(250);
    expect(harness.counting).toHaveLength(2);
    harness.counting[1]!(2);
    await soon(1_000);
    expect(unread(ann)).toEqual([1, 2]);
    expect(harness.counting).toHaveLength(2);
  });

  it('counts at most four times a second, even with many changes', async () => {
    const harness = new PusherHarness();
    const ann = harness.join(new FakeConnection('ann'));
    for (let ms = 0; ms < 1_000; ms += 10) {
      harness.changed('ann', 'bob');
      harness.counting.at(-1)?.(ms);
      await soon(10);
    }
    await soon(250);
    harness.counting.at(-1)?.(1_000);
    await soon();
    expect(harness.counting.length).toBeLessThanOrEqual(6);
    expect(unread(ann).at(-1)).toBe(1_000);
  });

  it('sends to all connections of a person and counts once for each set of rights', async () => {
    const harness = new PusherHarness();
    const same = [harness.join(new FakeConnection('ann')), harness.join(new FakeConnection('ann'))];
    const other = harness.join(new FakeConnection('ann', 'sse', ['lead']));
    await soon();
    harness.counting[0]!(0);
    await soon(250);
    harness.counting[1]!(1);
    await soon();
    harness.counting[2]!(5);
    await soon();
    expect([...same, other].map((connection) => connection.received.at(-1)?.unread)).toEqual([1, 1, 5]);
    expect(harness.counting).toHaveLength(3);
  });

  it('sends only to the people that a change names', async () => {
    const harness = new PusherHarness();
    const people = ['ann', 'bob', 'cat'].map((id) => harness.join(new FakeConnection(id)));
    await soon();
    for (const answer of harness.counting) answer(0);
    await soon(1_000);
    harness.changed('ann', 'cat');
    await soon();
    for (const answer of harness.counting.slice(3)) answer(7);
    await soon();
    expect(people.map((person) => unread(person).at(-1))).toEqual([7, 0, 7]);
  });

  it('never counts for a poll, which the counts would end at once', async () => {
    const harness = new PusherHarness();
    harness.join(new FakeConnection('ann', 'poll'));
    harness.changed('ann');
    await soon(1_000);
    expect(harness.counting).toEqual([]);
  });

  it('counts for a few people at a time, and finally for all', async () => {
    const harness = new PusherHarness({ countsConcurrency: 2 });
    const people = Array.from({ length: 5 }, (_, i) => harness.join(new FakeConnection(`p${i}`)));
    await soon();
    expect(harness.counting).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      harness.counting[i]!(i);
      await soon();
    }
    expect(people.map((person) => unread(person))).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('does not count for a person without connections', async () => {
    const harness = new PusherHarness();
    const ann = harness.join(new FakeConnection('ann'));
    await soon();
    harness.counting[0]!(1);
    await soon();
    harness.changed('ann');
    ann.close();
    await soon(1_000);
    harness.changed('ann');
    await soon(1_000);
    expect(harness.counting).toHaveLength(1);
  });

  it('omits the categories with the fewest unread items instead of exceeding 6,000 bytes', async () => {
    const harness = new PusherHarness();
    const ann = harness.join(new FakeConnection('ann'));
    await soon();
    harness.counting[0]!(1, 400);
    await soon();
    const [counts] = ann.received;
    expect(Buffer.byteLength(JSON.stringify(counts))).toBeLessThanOrEqual(6_000);
    expect(counts?.byCategory['category-399']).toEqual({ unread: 399, unseen: 0 });
    expect(Object.keys(counts?.byCategory ?? {}).length).toBeGreaterThan(20);
  });

  it('completes running counts at shutdown and starts no others', async () => {
    const harness = new PusherHarness();
    harness.join(new FakeConnection('ann'));
    await soon();
    const stopped = harness.pusher.onApplicationShutdown();
    harness.changed('ann');
    harness.counting[0]!(1);
    await stopped;
    await soon(1_000);
    expect(harness.counting).toHaveLength(1);
  });
});
