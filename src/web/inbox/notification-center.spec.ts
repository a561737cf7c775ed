import { describe, expect, test } from '@jest/globals';
import type { Counts, NotificationItem } from '../api/notification.js';
import type { NotificationsApi } from '../api/notifications-api.js';
import type { EventStream } from '../stream/event-stream.js';
import { NotificationCenter } from './notification-center.js';

const item = (id: string, more: Partial<NotificationItem> = {}) =>
  ({
    id,
    title: id,
    content: null,
    isRead: false,
    audience: 'users',
    archivedAt: null,
    snoozedUntil: null,
    seenAt: null,
    collapseCount: 1,
    revision: 1,
    ...more,
  }) as NotificationItem;
const counts = (unread: number, changes: number): Counts => ({
  unread,
  unseen: unread,
  capped: false,
  byCategory: {},
  rev: `${changes}.0`,
});

/** A centre over a service whose answers the test gives, and a stream whose events the test sends. */
function center() {
  const handlers = new Map<string, (data: unknown) => void>();
  const asked: string[] = [];
  const answers: ((items: readonly NotificationItem[]) => void)[] = [];
  const api = {
    list() {
      asked.push('list');
      return new Promise((resolve) => {
        answers.push((items) => resolve({ items, nextCursor: null, hasMore: false }));
      });
    },
    counts: () => Promise.resolve(counts(1, 1)),
  } as unknown as NotificationsApi;
  const stream = {
    on(type: string, handler: (data: unknown) => void) {
      handlers.set(type, handler);
      return () => handlers.delete(type);
    },
  } as unknown as EventStream;
  const subject = new NotificationCenter(api);
  const end = subject.attach(stream);
  return { subject, asked, answers, end, handlers, say: (type: string, data: unknown) => handlers.get(type)!(data) };
}
const titles = ({ subject }: ReturnType<typeof center>) => subject.page.items.map(({ id }) => id);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the notification centre', () => {
  test('fetches its state after connected, and never before', () => {
    const { asked, say } = center();
    expect(asked).toEqual([]);
    say('connected', { resume: 'live' });
    expect(asked).toEqual(['list', 'list']);
  });

  test('fetches once, at the resync, when its position was not honoured', () => {
    const { asked, say } = center();
    say('connected', { resume: 'reset' });
    expect(asked).toEqual([]);
    say('resync', { reason: 'history_gap' });
    expect(asked).toEqual(['list', 'list']);
  });

  test('loses nothing that arrives while the state is on its way, and shows nothing twice', async () => {
    const one = center();
    one.say('connected', { resume: 'live' });
    one.say('notification.created', item('fresh'));
    one.say('notification.created', item('both'));
    one.say('notification.updated', { id: 'old', patch: { isRead: true }, revision: 2 });
    one.say('notification.removed', { id: 'gone', reason: 'deleted' });
    for (const answer of one.answers) answer([item('both'), item('old'), item('gone')]);
    await settled();
    expect(titles(one)).toEqual(['fresh', 'both', 'old']);
    expect(one.subject.page.items.at(-1)).toMatchObject({ isRead: true, revision: 2 });
  });

  test('fetches its state anew when another device marked all as read', () => {
    const { asked, say } = center();
    say('notification.marked', { category: null, undone: false });
    expect(asked).toEqual(['list', 'list']);
  });

  test('announces each arrival once', () => {
    const { subject, say } = center();
    const announced: string[] = [];
    subject.onArrival(({ id }) => announced.push(id));
    say('notification.created', item('a'));
    say('notification.created', item('a'));
    say('notification.created', item('b', { isRead: true }));
    expect(announced).toEqual(['a']);
  });

  test('keeps the newer of two figures, in whichever order they come', async () => {
    const { subject, say } = center();
    say('notification.counts', counts(7, 9));
    await subject.counts.refresh();
    expect(subject.counts.current.unread).toBe(7);
    say('notification.counts', counts(8, 10));
    expect(subject.counts.current.unread).toBe(8);
  });

  test('counts one up at once for a shared audience, and asks later', () => {
    const { subject, say, end } = center();
    say('notification.created', item('a', { audience: 'tenant' }));
    expect(subject.counts.current.unread).toBe(1);
    end();
  });

  test('hears nothing any more when it is detached', () => {
    const { end, handlers } = center();
    end();
    expect(handlers.size).toBe(0);
  });
});
