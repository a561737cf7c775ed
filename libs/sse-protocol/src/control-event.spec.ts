import { describe, expect, it } from '@jest/globals';
import { CLOSE_REASONS, RECONNECT_AFTER } from './close-reason.js';
import { CONTROL_EVENT_TYPES, isControlEventType, isReservedEventType } from './control-event.js';
import { isEventType } from './frame.js';

describe('Control events', () => {
  it('have valid types, none of which is one of EventSource (P12, P39)', () => {
    for (const type of CONTROL_EVENT_TYPES) expect(isEventType(type)).toBe(true);
    expect(CONTROL_EVENT_TYPES).not.toContain('error');
    expect(CONTROL_EVENT_TYPES).not.toContain('open');
  });

  it('are reserved, and so are the two names of EventSource itself (P15)', () => {
    for (const type of [...CONTROL_EVENT_TYPES, 'error', 'open']) expect(isReservedEventType(type)).toBe(true);
    for (const type of ['message', 'progress', 'Close', 'toString', '__proto__']) {
      expect(isReservedEventType(type)).toBe(false);
      expect(isControlEventType(type)).toBe(false);
    }
  });

  it('forbid a reconnect that cannot succeed (P34)', () => {
    const reconnecting = CLOSE_REASONS.filter((reason) => RECONNECT_AFTER[reason]);
    expect(reconnecting).toEqual(['slow_consumer', 'shutdown']);
  });
});
