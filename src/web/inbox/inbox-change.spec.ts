import { describe, expect, test } from '@jest/globals';
import type { InboxState, NotificationItem } from '../api/notification.js';
import { applyChange } from './inbox-change.js';
import { WHOLE_INBOX, matches } from './inbox-filter.js';

const item = (id: string, more: Partial<NotificationItem> = {}): NotificationItem => ({
  id,
  type: 'message',
  category: 'message',
  priority: 'normal',
  title: `title ${id}`,
  content: null,
  link: null,
  data: null,
  actions: [],
  actorId: null,
  relatedType: null,
  relatedId: null,
  audience: 'users',
  requiresAck: false,
  isRead: false,
  seenAt: null,
  readAt: null,
  archivedAt: null,
  snoozedUntil: null,
  ackedAt: null,
  collapseCount: 1,
  createdAt: '2026-11-21T08:00:00.000Z',
  expiresAt: null,
  revision: 1,
  ...more,
});
const arrival = (one: NotificationItem) => ({ kind: 'item', item: one, isNew: true }) as const;
const response = (one: NotificationItem) => ({ kind: 'item', item: one, isNew: false }) as const;
const state = (name: InboxState) => ({ ...WHOLE_INBOX, state: name });
const ids = ({ items }: { readonly items: readonly NotificationItem[] }) => items.map(({ id }) => id);

describe('applyChange', () => {
  test('puts an arrival on top, once', () => {
    const once = applyChange([item('a')], arrival(item('b')), WHOLE_INBOX);
    expect(ids(once)).toEqual(['b', 'a']);
    expect(ids(applyChange(once.items, arrival(item('b')), WHOLE_INBOX))).toEqual(['b', 'a']);
  });

  test('never lets an older revision overwrite a newer one', () => {
    const list = [item('a', { revision: 3, isRead: true })];
    expect(applyChange(list, arrival(item('a')), WHOLE_INBOX).items).toEqual(list);
    const patch = { kind: 'patch', id: 'a', patch: { isRead: false }, revision: 2 } as const;
    expect(applyChange(list, patch, WHOLE_INBOX).items).toEqual(list);
  });

  test('applies a patch with a newer revision', () => {
    const patch = { kind: 'patch', id: 'a', patch: { isRead: true }, revision: 2 } as const;
    expect(applyChange([item('a')], patch, WHOLE_INBOX).items).toEqual([item('a', { isRead: true, revision: 2 })]);
  });

  test('drops items that are archived, snoozed or removed elsewhere', () => {
    const list = [item('a'), item('b')];
    const archived = { kind: 'patch', id: 'a', patch: { archivedAt: '2026-11-21T09:00:00Z' }, revision: 2 } as const;
    expect(ids(applyChange(list, archived, WHOLE_INBOX))).toEqual(['b']);
    const snoozed = { kind: 'patch', id: 'a', patch: { snoozedUntil: '2026-11-22T09:00:00Z' }, revision: 2 } as const;
    expect(ids(applyChange(list, snoozed, WHOLE_INBOX))).toEqual(['b']);
    expect(ids(applyChange(list, { kind: 'removed', id: 'b' }, WHOLE_INBOX))).toEqual(['a']);
  });

  test('keeps an item that was just read, even in the list of unread items', () => {
    expect(ids(applyChange([item('a')], response(item('a', { isRead: true, revision: 2 })), state('unread')))).toEqual([
      'a',
    ]);
  });

  test('reports a stale list when an item returns, because only the service knows its position', () => {
    expect(applyChange([item('b')], response(item('a', { revision: 3 })), WHOLE_INBOX)).toMatchObject({ stale: true });
    const woken = { kind: 'patch', id: 'a', patch: { snoozedUntil: null }, revision: 3 } as const;
    expect(applyChange([item('b')], woken, WHOLE_INBOX)).toMatchObject({ stale: true });
    const seen = { kind: 'patch', id: 'a', patch: { seenAt: '2026-11-22T09:00:00Z' }, revision: 3 } as const;
    expect(applyChange([item('b')], seen, WHOLE_INBOX)).toMatchObject({ stale: false });
  });

  test('moves a collapsed item to the top when it absorbs another', () => {
    const more = arrival(item('b', { collapseCount: 2, revision: 2 }));
    expect(ids(applyChange([item('a'), item('b')], more, WHOLE_INBOX))).toEqual(['b', 'a']);
  });
});

describe('matches', () => {
  test.each([
    ['inbox', [true, true, false, false]],
    ['unread', [true, false, false, false]],
    ['read', [false, true, false, false]],
    ['snoozed', [false, false, true, false]],
    ['archived', [false, false, false, true]],
  ] as const)('accepts the right items in state %s', (name, expected) => {
    const all = [
      item('new'),
      item('read', { isRead: true }),
      item('snoozed', { snoozedUntil: '2026-12-01T09:00:00Z' }),
      item('archived', { archivedAt: '2026-11-21T09:00:00Z' }),
    ];
    expect(all.map((one) => matches(one, state(name)))).toEqual(expected);
  });

  test('checks category, priority, type and search text', () => {
    const one = item('a', { category: 'finance', priority: 'high', type: 'task', content: 'Invoice 9921' });
    const fits = { ...WHOLE_INBOX, category: 'finance', priority: 'high', type: 'task', q: 'invoice' } as const;
    expect(matches(one, fits)).toBe(true);
    expect(matches(one, { ...fits, category: 'hr' })).toBe(false);
    expect(matches(one, { ...fits, priority: 'low' })).toBe(false);
    expect(matches(one, { ...fits, type: 'alert' })).toBe(false);
    expect(matches(one, { ...fits, q: 'receipt' })).toBe(false);
  });
});
