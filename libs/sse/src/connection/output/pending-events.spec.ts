import { describe, expect, it } from '@jest/globals';
import { encodeEphemeral } from './encoded-event.js';
import { PendingEvents } from './pending-events.js';

const event = (payload: string) => encodeEphemeral({ audience: 'tenant', recipients: null, type: 'e', payload });

describe('PendingEvents', () => {
  it('returns events in order, once', () => {
    const pending = new PendingEvents(0);
    for (const payload of ['1', '2', '3']) pending.add(event(payload));
    expect(pending.take().map((e) => e.payload)).toEqual(['1', '2', '3']);
    expect(pending.take()).toEqual([]);
    expect(pending.takeOverflow()).toBe(false);
  });

  it.each([
    ['bytes', new PendingEvents(10_000), 'x'.repeat(1_000), 20],
    ['number', new PendingEvents(0), 'x', 1_001],
  ])('drops all events beyond the limit of %s, and reports it once', (_, pending, payload, count) => {
    for (let i = 0; i < count; i++) pending.add(event(payload));
    pending.add(event('late'));
    expect(pending.take()).toEqual([]);
    expect([pending.takeOverflow(), pending.takeOverflow()]).toEqual([true, false]);
    pending.add(event('after the new horizon'));
    expect(pending.take().map((e) => e.payload)).toEqual(['after the new horizon']);
  });
});
