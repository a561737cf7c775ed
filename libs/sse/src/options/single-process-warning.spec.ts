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

/** A log that is not the memory's, as far as options look. */
const sharedLog = new Proxy(new MemoryEventLog(), { getPrototypeOf: () => Object.prototype });
const warningOf = (options: Partial<SseOptions>): string | null =>
  singleProcessWarning(resolveSseOptions({ jwt: { secret: 'x'.repeat(32) }, ...options }));

describe('a start with a shared log', () => {
  it('warns of each part that only this process has, what that means, and what to do', () => {
    const warning = warningOf({ eventLog: sharedLog });
    for (const part of ['backplane', 'presence', 'ticketStore', 'revocationStore', 'controlMailbox']) {
      expect(warning).toContain(`${part} (`);
    }
    expect(warning).toContain('pass them beside the eventLog');
    expect(warningOf({ eventLog: sharedLog, backplane: new MemoryBackplane() })).not.toContain('backplane (');
  });

  it('says nothing when all of it is in memory, or all of it was passed', () => {
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
