import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Connection, type Hub, userKey } from '@nest-herald/sse';
import type { TenantTransaction } from '@nest-herald/platform/postgres';
import type { ReaderKeys } from './reader-keys.js';
import type { NotificationCounts } from '../notification/notification-events.js';
import { resolveNotificationOptions } from '../options/notifications.options.js';
import { CountsPusher } from './counts-pusher.js';
import type { InboxService } from './inbox.service.js';

type HubEvent = Parameters<Parameters<Hub['onEvent']>[0]>[0];

/** A connection that keeps what it was told. */
class FakeConnection {
  readonly told: NotificationCounts[] = [];
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
    this.told.push(JSON.parse(payload) as NotificationCounts);
  }
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }
  close(): void {
    this.#onClosed();
  }
}

/** The hub, transactions and the inbox, as far as the pusher asks them; counting ends when the test says so. */
class Stage {
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
    const readerKeys = { heldBy: () => Promise.resolve([]), readerOf: () => Promise.resolve({}) };
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
const unread = (connection: FakeConnection) => connection.told.map((counts) => counts.unread);

describe('pushed counts', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('are counted again when something changed while they were counted', async () => {
    const stage = new Stage();
    const ann = stage.join(new FakeConnection('ann'));
    await soon();
    stage.changed('ann');
    stage.counting[0]!(1);
    await soon(250);
    expect(stage.counting).toHaveLength(2);
    stage.counting[1]!(2);
    await soon(1_000);
    expect(unread(ann)).toEqual([1, 2]);
    expect(stage.counting).toHaveLength(2);
  });

  it('are counted at most four times a second, however much changes', async () => {
    const stage = new Stage();
    const ann = stage.join(new FakeConnection('ann'));
    for (let ms = 0; ms < 1_000; ms += 10) {
      stage.changed('ann', 'bob');
      stage.counting.at(-1)?.(ms);
      await soon(10);
    }
    await soon(250);
    stage.counting.at(-1)?.(1_000);
    await soon();
    expect(stage.counting.length).toBeLessThanOrEqual(6);
    expect(unread(ann).at(-1)).toBe(1_000);
  });

  it('go to all connections of a person, counted once for each set of rights', async () => {
    const stage = new Stage();
    const same = [stage.join(new FakeConnection('ann')), stage.join(new FakeConnection('ann'))];
    const other = stage.join(new FakeConnection('ann', 'sse', ['lead']));
    await soon();
    stage.counting[0]!(0);
    await soon(250);
    stage.counting[1]!(1);
    await soon();
    stage.counting[2]!(5);
    await soon();
    expect([...same, other].map((connection) => connection.told.at(-1)?.unread)).toEqual([1, 1, 5]);
    expect(stage.counting).toHaveLength(3);
  });

  it('are for those whom a change names, and nobody else', async () => {
    const stage = new Stage();
    const people = ['ann', 'bob', 'cat'].map((id) => stage.join(new FakeConnection(id)));
    await soon();
    for (const answer of stage.counting) answer(0);
    await soon(1_000);
    stage.changed('ann', 'cat');
    await soon();
    for (const answer of stage.counting.slice(3)) answer(7);
    await soon();
    expect(people.map((person) => unread(person).at(-1))).toEqual([7, 0, 7]);
  });

  it('are never counted for a poll, which would end with them at once', async () => {
    const stage = new Stage();
    stage.join(new FakeConnection('ann', 'poll'));
    stage.changed('ann');
    await soon(1_000);
    expect(stage.counting).toEqual([]);
  });

  it('are counted for a few people at a time, and for everybody in the end', async () => {
    const stage = new Stage({ countsConcurrency: 2 });
    const people = Array.from({ length: 5 }, (_, i) => stage.join(new FakeConnection(`p${i}`)));
    await soon();
    expect(stage.counting).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      stage.counting[i]!(i);
      await soon();
    }
    expect(people.map((person) => unread(person))).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('are not counted for who has left', async () => {
    const stage = new Stage();
    const ann = stage.join(new FakeConnection('ann'));
    await soon();
    stage.counting[0]!(1);
    await soon();
    stage.changed('ann');
    ann.close();
    await soon(1_000);
    stage.changed('ann');
    await soon(1_000);
    expect(stage.counting).toHaveLength(1);
  });

  it('leave out the categories with least to read rather than grow over 6,000 bytes', async () => {
    const stage = new Stage();
    const ann = stage.join(new FakeConnection('ann'));
    await soon();
    stage.counting[0]!(1, 400);
    await soon();
    const [counts] = ann.told;
    expect(Buffer.byteLength(JSON.stringify(counts))).toBeLessThanOrEqual(6_000);
    expect(counts?.byCategory['category-399']).toEqual({ unread: 399, unseen: 0 });
    expect(Object.keys(counts?.byCategory ?? {}).length).toBeGreaterThan(20);
  });

  it('end with the application: what is counted ends, nothing new begins', async () => {
    const stage = new Stage();
    stage.join(new FakeConnection('ann'));
    await soon();
    const stopped = stage.pusher.onApplicationShutdown();
    stage.changed('ann');
    stage.counting[0]!(1);
    await stopped;
    await soon(1_000);
    expect(stage.counting).toHaveLength(1);
  });
});
