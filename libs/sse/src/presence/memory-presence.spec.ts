import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, systemClock } from '@nest-herald/platform';
import { describePresence } from '../testing/describe-presence.js';
import { ManualClock } from '../testing/manual-clock.js';
import { MemoryPresence } from './memory-presence.js';
import type { PresenceEntry } from './presence.js';

describePresence(
  'MemoryPresence',
  () =>
    Promise.resolve({
      server: (options) => Promise.resolve(new MemoryPresence(systemClock, options)),
      close: () => Promise.resolve(),
    }),
  { describe, it },
);

describe('MemoryPresence changes', () => {
  let clock: ManualClock;
  let presence: MemoryPresence;
  let announced: string[];
  let opened: number;
  const visit = (user: string, topics: readonly string[] = []): PresenceEntry => {
    const entry: PresenceEntry = {
      connectionId: `node.${(opened += 1)}`,
      tenantId: asTenantId('acme'),
      userId: asUserId(user),
      nodeId: 'node',
      device: 'desk',
      transport: 'sse',
      topics,
      since: clock.now(),
    };
    presence.add(entry);
    return entry;
  };
  const leave = ({ connectionId }: PresenceEntry): void => presence.remove(connectionId);
  /** Changes are announced in a microtask. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    presence.endSessions();
    await Promise.resolve();
  };

  beforeEach(async () => {
    [clock, announced, opened] = [new ManualClock(), [], 0];
    presence = new MemoryPresence(clock);
    await presence.start({
      nodeId: 'node',
      onChange: ({ userId, online, at, generation }) =>
        announced.push(`${userId} ${online ? 'online' : 'offline'} ${generation} at ${at.toISOString().slice(14, 23)}`),
    });
    visit('boss', ['presence']);
    await pass(0);
    announced.length = 0;
  });
  afterEach(() => presence.stop());

  it('are announced 10 s after the last connection closed, with the time of closing', async () => {
    const ann = visit('ann');
    clock.advance(1_000);
    leave(ann);
    await pass(9_999);
    expect(announced).toEqual(['ann online 1 at 00:00.000']);
    await pass(1);
    expect(announced).toEqual(['ann online 1 at 00:00.000', 'ann offline 1 at 00:01.000']);
    await pass(60_000);
    expect(announced).toHaveLength(2);
  });

  it('are not announced for a return within the grace, which restarts with each absence', async () => {
    let ann = visit('ann');
    for (let round = 0; round < 5; round++) {
      leave(ann);
      await pass(9_000);
      ann = visit('ann');
      await pass(9_000);
    }
    expect(announced).toEqual(['ann online 1 at 00:00.000']);
  });

  it('are announced as offline and then online for a return after the grace', async () => {
    leave(visit('ann'));
    // The timer has not run since.
    clock.advance(10_000);
    visit('ann');
    await pass(0);
    expect(announced.map((text) => text.slice(0, -13))).toEqual(['ann online 1', 'ann offline 1', 'ann online 2']);
  });

  it('have rising generations even for people who were forgotten', async () => {
    for (let round = 0; round < 3; round++) {
      leave(visit('ann'));
      await pass(10_000);
    }
    for (let n = 0; n < 10_050; n++) leave(visit(`visitor-${n}`));
    await pass(10_000);
    expect((await presence.user(asTenantId('acme'), asUserId('ann'))).lastSeenAt).toBeNull();
    announced.length = 0;
    visit('ann');
    await pass(0);
    expect(announced[0]).toMatch(/^ann online 4 /);
  });

  it('are announced early for the first to leave when ten thousand others leave within the grace', async () => {
    leave(visit('first'));
    for (let n = 0; n < 10_000; n++) leave(visit(`visitor-${n}`));
    await pass(0);
    expect(announced.filter((text) => text.includes('offline'))).toEqual([expect.stringMatching(/^first offline 1 /)]);
  });
});
