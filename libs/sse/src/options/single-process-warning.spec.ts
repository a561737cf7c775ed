import { describe, expect, it } from '@jest/globals';
import { MemoryBackplane } from '../backplane/memory-backplane.js';
import { systemClock } from '@nest-herald/platform';
import { MemoryControlMailbox } from '../control/memory-control-mailbox.js';
import { MemoryRevocationStore } from '../control/memory-revocation-store.js';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { MemoryTicketStore } from '../http/identity/memory-ticket-store.js';
import { singleProcessWarning } from './single-process-warning.js';
import { MemoryPresence } from '../presence/memory-presence.js';
import { resolveSseOptions, type SseOptions } from './sse.options.js';

/** A log that the options do not recognise as the one in memory. */
const sharedLog = new Proxy(new MemoryEventLog(), { getPrototypeOf: () => Object.prototype });
const warningOf = (options: Partial<SseOptions>): string | null =>
  singleProcessWarning(resolveSseOptions({ jwt: { secret: 'x'.repeat(32) }, ...options }));

describe('singleProcessWarning', () => {
  it('names each part in memory beside a shared log, its consequence, and the remedy', () => {
    const warning = warningOf({ eventLog: sharedLog });
    for (const part of ['backplane', 'presence', 'ticketStore', 'revocationStore', 'controlMailbox']) {
      expect(warning).toContain(`${part} (`);
    }
    expect(warning).toContain('pass them beside the eventLog');
    expect(warningOf({ eventLog: sharedLog, backplane: new MemoryBackplane() })).not.toContain('backplane (');
  });

  it('is null when every part is in memory, or every part was passed', () => {
    expect(warningOf({})).toBeNull();
    expect(warningOf({ eventLog: new MemoryEventLog() })).toBeNull();
    expect(
      warningOf({
        eventLog: sharedLog,
        revocationStore: new MemoryRevocationStore(sharedLog, systemClock),
        controlMailbox: new MemoryControlMailbox(systemClock),
        backplane: new MemoryBackplane(),
        presence: new MemoryPresence(systemClock),
        ticketStore: new MemoryTicketStore(systemClock),
      }),
    ).toBeNull();
  });
});
