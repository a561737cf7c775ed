import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cutToBytes,
  judge,
  type NotificationItem,
  personalPatch,
  PRIORITIES,
  priorityOf,
  priorityRank,
  UNTOUCHED,
} from './notification.js';

const item: NotificationItem = {
  ...UNTOUCHED,
  id: '01900000-0000-7000-8000-000000000000',
  type: 'message',
  category: 'message',
  priority: 'normal',
  title: 'x',
  content: null,
  link: null,
  data: null,
  actions: [],
  actorId: null,
  relatedType: null,
  relatedId: null,
  requiresAck: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  audience: 'users',
};
const at = '2026-01-02T00:00:00.000Z';

describe('The rules of a notification', () => {
  it('map every priority to a number and back', () => {
    expect(PRIORITIES.map((word) => priorityOf(priorityRank(word)))).toEqual(PRIORITIES);
    expect(PRIORITIES.map(priorityRank)).toEqual([0, 1, 2, 3]);
    expect(() => priorityOf(4)).toThrow('A priority is 0 to 3; got 4.');
  });

  it.each([
    ['read', {}, 'change'],
    ['read', { isRead: true }, 'nothing-to-do'],
    ['unread', {}, 'nothing-to-do'],
    ['unread', { isRead: true }, 'change'],
    ['seen', {}, 'change'],
    ['seen', { seenAt: at }, 'nothing-to-do'],
    ['seen', { isRead: true }, 'nothing-to-do'],
    ['archive', {}, 'change'],
    ['archive', { archivedAt: at }, 'nothing-to-do'],
    ['archive', { requiresAck: true }, 'ack-required'],
    ['archive', { requiresAck: true, ackedAt: at }, 'change'],
    ['unarchive', {}, 'nothing-to-do'],
    ['unarchive', { archivedAt: at }, 'change'],
    ['unsnooze', {}, 'nothing-to-do'],
    ['unsnooze', { snoozedUntil: at }, 'change'],
    ['ack', {}, 'ack-not-asked'],
    ['ack', { requiresAck: true }, 'change'],
    ['ack', { requiresAck: true, ackedAt: at }, 'nothing-to-do'],
    ['delete', {}, 'change'],
    ['delete', { requiresAck: true }, 'ack-required'],
    ['delete', { requiresAck: true, ackedAt: at }, 'change'],
  ] as const)('say for %s of %j: %s', (op, state, verdict) => {
    expect(judge({ ...item, ...state }, { op })).toBe(verdict);
  });

  it('let a snooze be moved, and ignore one to the same moment', () => {
    const until = new Date(at);
    expect(judge(item, { op: 'snooze', until })).toBe('change');
    expect(judge({ ...item, snoozedUntil: at }, { op: 'snooze', until })).toBe('nothing-to-do');
    expect(judge({ ...item, snoozedUntil: at }, { op: 'snooze', until: new Date(0) })).toBe('change');
  });

  it('return exactly the personal fields that differ, without the revision', () => {
    expect(personalPatch(UNTOUCHED, { ...UNTOUCHED, isRead: true, readAt: at, revision: 2 })).toEqual({
      isRead: true,
      readAt: at,
    });
    expect(personalPatch(UNTOUCHED, { ...UNTOUCHED })).toEqual({});
  });

  it('cut any text to a prefix that fits and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 0, max: 120 }), (text, max) => {
        const { text: kept, cut } = cutToBytes(text, max);
        expect(text.startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(max);
        expect(cut).toBe(Buffer.byteLength(text) > max);
        const next = String.fromCodePoint(text.codePointAt(kept.length) ?? 0);
        if (cut) expect(Buffer.byteLength(kept + next)).toBeGreaterThan(max);
      }),
    );
  });
});
