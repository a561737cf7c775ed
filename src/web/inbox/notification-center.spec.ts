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

/** A center whose responses and events the test controls. */
function center() {
  const handlers = new Map<string, (data: unknown) => void>();
  const fetched: string[] = [];
  const responses: ((items: readonly NotificationItem[]) => void)[] = [];
  const api = {
    list() {
      fetched.push('list');
      return new Promise((resolve) => {
        responses.push((items) => resolve({ items, nextCursor: null, hasMore: false }));
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
  return {
    subject,
    fetched,
    responses,
    end,
    handlers,
    emit: (type: string, data: unknown) => handlers.get(type)!(data),
  };
}
const titles = ({ subject }: ReturnType<typeof center>) => subject.page.items.map(({ id }) => id);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('NotificationCenter', () => {
  test('fetches its state after connected, never before', () => {
    const { fetched, emit } = center();
    expect(fetched).toEqual([]);
    emit('connected', { resume: 'live' });
    expect(fetched).toEqual(['list', 'list']);
  });

  test('fetches once, at the resync, after a reset', () => {
    const { fetched, emit } = center();
    emit('connected', { resume: 'reset' });
    expect(fetched).toEqual([]);
    emit('resync', { reason: 'history_gap' });
    expect(fetched).toEqual(['list', 'list']);
  });

  test('applies events that arrive during the fetch, each once', async () => {
    const one = center();
    one.emit('connected', { resume: 'live' });
    one.emit('notification.created', item('fresh'));
    one.emit('notification.created', item('both'));
    one.emit('notification.updated', { id: 'old', patch: { isRead: true }, revision: 2 });
    one.emit('notification.removed', { id: 'gone', reason: 'deleted' });
    for (const respond of one.responses) respond([item('both'), item('old'), item('gone')]);
    await settled();
    expect(titles(one)).toEqual(['fresh', 'both', 'old']);
    expect(one.subject.page.items.at(-1)).toMatchObject({ isRead: true, revision: 2 });
  });

  test('fetches its state again when another device marked all as read', () => {
    const { fetched, emit } = center();
    emit('notification.marked', { category: null, undone: false });
    expect(fetched).toEqual(['list', 'list']);
  });

  test('announces each arrival once', () => {
    const { subject, emit } = center();
    const announced: string[] = [];
    subject.onArrival(({ id }) => announced.push(id));
    emit('notification.created', item('a'));
    emit('notification.created', item('a'));
    emit('notification.created', item('b', { isRead: true }));
    expect(announced).toEqual(['a']);
  });

  test('keeps the newest counts, in whatever order they arrive', async () => {
    const { subject, emit } = center();
    emit('notification.counts', counts(7, 9));
    await subject.counts.refresh();
    expect(subject.counts.current.unread).toBe(7);
    emit('notification.counts', counts(8, 10));
    expect(subject.counts.current.unread).toBe(8);
  });

  test('adds one at once for a shared audience', () => {
    const { subject, emit, end } = center();
    emit('notification.created', item('a', { audience: 'tenant' }));
    expect(subject.counts.current.unread).toBe(1);
    end();
  });

  test('has no handlers left after it is detached', () => {
    const { end, handlers } = center();
    end();
    expect(handlers.size).toBe(0);
  });
});
