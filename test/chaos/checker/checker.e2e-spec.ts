import { describe, expect, it } from '@jest/globals';
import { violations } from '../../support/random-publishers.js';
import { check, type RunLogs } from './checker.js';
import { EVENT_TYPE, type FollowerRecord, type HistoryEntry, type PublisherRecord, TICK_TYPE } from './records.js';

const EPOCH = 'aaaaaaaa';
const at = (seq: number): string => `${EPOCH}.${seq}`;

/** Two transactions of two events, one rolled back, one of unknown outcome, one ephemeral. */
const publishers: PublisherRecord[] = [
  attempt('a/1', [event('a/1.0', 'tenant', 10), event('a/1.1', 'user:ann', 11)], ['a/1.2']),
  outcome('a/1', 'committed', 20),
  attempt('a/2', [event('a/2.0', 'role:hr', 30), event('a/2.1', 'topic:job:1', 31)]),
  outcome('a/2', 'committed', 40),
  attempt('a/3', [event('a/3.0', 'tenant', 32)]),
  outcome('a/3', 'rolled back', 41),
  attempt('a/4', [event('a/4.0', 'tenant', 50), event('a/4.1', 'tenant', 51)]),
  { ...attempt('a/5', [event('a/5.0', 'tenant', 52)]), isEphemeral: true },
];

const log = (...keys: readonly string[]): HistoryEntry[] =>
  keys.map((key, index) => {
    const tx = publishers.find((record) => record.kind === 'attempt' && record.events.some((one) => one.key === key));
    const audience = tx?.kind === 'attempt' ? tx.events.find((one) => one.key === key)?.audience : 'tenant';
    return { seq: index + 1, key, type: EVENT_TYPE, audience: audience ?? 'tenant', recipients: null };
  });
const ALL = log('a/1.0', 'a/1.1', 'a/2.0', 'a/2.1');

const open = (cursor: string | null, roles: readonly string[] = ['hr']): FollowerRecord => ({
  kind: 'open',
  server: 'n0',
  cursor,
  roles,
  topics: ['job:*'],
});
const connected = (resume: string, id: string | null): FollowerRecord => ({ kind: 'connected', resume, id });
const timed = (record: FollowerRecord, when: number): FollowerRecord =>
  record.kind === 'event' || record.kind === 'connected' ? { ...record, at: when } : record;
const got = (seq: number, key: string): FollowerRecord => ({ kind: 'event', type: EVENT_TYPE, id: at(seq), key });
const LIVE = [open(null), connected('live', at(0))];
const EVERYTHING = [...LIVE, got(1, 'a/1.0'), got(2, 'a/1.1'), got(3, 'a/2.0'), got(4, 'a/2.1')];

function judge(records: readonly FollowerRecord[], more: Partial<RunLogs> = {}) {
  return check({
    publishers,
    followers: [{ identity: { name: 'f', tenant: 'a', user: 'ann' }, records }],
    histories: [{ tenant: 'a', epoch: EPOCH, entries: ALL }],
    ...more,
  }).counts;
}

const withLog = (...keys: readonly string[]) => ({
  histories: [{ tenant: 'a', epoch: EPOCH, entries: log(...keys) }],
  followers: [],
});

describe('The checker of followers', () => {
  it('finds nothing if everything arrived once and in order, across reconnects, resets and ephemeral events', () => {
    const tick: FollowerRecord = { kind: 'event', type: TICK_TYPE, id: null, key: 'a/5.0' };
    const records = [...LIVE, tick, got(1, 'a/1.0'), got(2, 'a/1.1'), { kind: 'end', why: 'cut' } as const];
    expect(judge([...records, open(at(2)), connected('replay', at(2)), got(3, 'a/2.0'), got(4, 'a/2.1')])).toEqual({});
    const reset: FollowerRecord[] = [
      open('x'),
      connected('reset', null),
      { kind: 'resync', reason: 'epoch', id: at(4) },
    ];
    expect(judge(reset, { allowedResyncs: ['epoch'] })).toEqual({});
  });

  it('accepts events of a new log under the old epoch only if a resync follows', () => {
    const old = { tenant: 'a', epoch: EPOCH, entries: ALL, isSuperseded: true };
    const fresh = { tenant: 'a', epoch: 'bbbbbbbb', entries: log('a/1.0', 'a/1.1') };
    const more = { histories: [old, fresh], allowedResyncs: ['epoch'] };
    const premature = [...EVERYTHING, got(5, 'a/4.0')];
    expect(judge([...premature, { kind: 'resync', reason: 'epoch', id: 'bbbbbbbb.2' }], more)).toEqual({});
    expect(judge(premature, more)).toEqual({ phantom: 1 });
  });

  it.each<[string, readonly FollowerRecord[], object]>([
    ['an event that never arrived', EVERYTHING.filter((_, index) => index !== 3), { lost: 1 }],
    ['a last event that never arrived', EVERYTHING.slice(0, -1), { lost: 1 }],
    ['events that only a cursor event skipped', [...LIVE, { kind: 'cursor', id: at(4) }], { lost: 4 }],
    ['an event twice', [...EVERYTHING, got(4, 'a/2.1')], { duplicate: 1 }],
    [
      'events in the wrong order',
      [...LIVE, got(2, 'a/1.1'), got(1, 'a/1.0'), got(3, 'a/2.0'), got(4, 'a/2.1')],
      { lost: 1, inversion: 1 },
    ],
    ['an event that the log does not have', [...EVERYTHING, got(5, 'a/3.0')], { phantom: 1 }],
    ['an event of another tenant', [...EVERYTHING, got(5, 'b/1.0')], { phantom: 1, 'cross-tenant': 1 }],
    [
      'an event for a role that the token no longer has',
      [open(null, []), ...EVERYTHING.slice(1)],
      { 'not entitled': 1 },
    ],
    [
      'a resync that nothing explains',
      [...LIVE, { kind: 'resync', reason: 'overflow', id: at(4) }],
      { 'unjustified resync': 1 },
    ],
    [
      'an id on a connected block with reset',
      [...EVERYTHING, open(at(4)), connected('reset', at(4)), { kind: 'resync', reason: 'epoch', id: at(4) }],
      { cursor: 1, 'unjustified resync': 1 },
    ],
    ['a cursor that was not honoured', [...EVERYTHING, open(at(4)), connected('live', at(4))], { cursor: 1 }],
    [
      'an ephemeral event with an id',
      [...EVERYTHING, { kind: 'event', type: TICK_TYPE, id: at(4), key: 'a/5.0' }],
      { ephemeral: 1 },
    ],
    [
      'an ephemeral event that was never sent',
      [...EVERYTHING, { kind: 'event', type: TICK_TYPE, id: null, key: 'a/9.0' }],
      { phantom: 1 },
    ],
    ['a stream that never began', [open(null)], { lost: 1 }],
    [
      'an event that arrived long after its commit although the connection was open',
      [
        open(null),
        timed(connected('live', at(0)), 5),
        timed(got(1, 'a/1.0'), 30_019),
        timed(got(2, 'a/1.1'), 30_021),
        got(3, 'a/2.0'),
        got(4, 'a/2.1'),
      ],
      { stalled: 1 },
    ],
  ])('finds %s', (_what, records, expected) => {
    expect(judge(records)).toEqual(expected);
  });
});

describe('The checker of the log', () => {
  it.each<[string, readonly string[], object]>([
    [
      'nothing wrong if an unknown commit happened as a whole',
      ['a/1.0', 'a/1.1', 'a/2.0', 'a/2.1', 'a/4.0', 'a/4.1'],
      {},
    ],
    ['half of an unknown commit', ['a/1.0', 'a/1.1', 'a/2.0', 'a/2.1', 'a/4.0'], { torn: 1 }],
    ['a lost acknowledged event', ['a/1.0', 'a/1.1', 'a/2.0'], { lost: 1 }],
    ['a rolled-back transaction', ['a/1.0', 'a/1.1', 'a/2.0', 'a/2.1', 'a/3.0'], { phantom: 1 }],
    ['a rolled-back savepoint', ['a/1.0', 'a/1.1', 'a/1.2', 'a/2.0', 'a/2.1'], { phantom: 2 }],
    ['an event that was never published', ['a/1.0', 'a/1.1', 'a/2.0', 'a/2.1', 'a/7.0'], { phantom: 1 }],
    ['an event twice', ['a/1.0', 'a/1.1', 'a/1.1', 'a/2.0', 'a/2.1'], { duplicate: 1 }],
    ['an acknowledged event after one that was inserted later', ['a/2.0', 'a/1.0', 'a/1.1', 'a/2.1'], { causality: 2 }],
    ['statements of a transaction in another order', ['a/1.1', 'a/1.0', 'a/2.0', 'a/2.1'], { causality: 1 }],
  ])('finds %s', (_what, keys, expected) => {
    expect(judge([], withLog(...keys))).toEqual(expected);
  });

  it('finds an event with another address than it was published with', () => {
    const entries = ALL.map((entry) => (entry.seq === 2 ? { ...entry, audience: 'tenant' } : entry));
    expect(judge([], { histories: [{ tenant: 'a', epoch: EPOCH, entries }], followers: [] })).toEqual({ altered: 1 });
  });

  it('finds a run in which too many outcomes are unknown or no ephemeral event arrived', () => {
    const many = Array.from({ length: 60 }, (_, n) => n);
    const lost = many.map((n) => attempt(`a/u${n}`, [event(`a/u${n}.0`, 'tenant', 60)]));
    const ticks = many.flatMap((n) => [
      { ...attempt(`a/e${n}`, [event(`a/e${n}.0`, 'tenant', 60)]), isEphemeral: true },
      outcome(`a/e${n}`, 'committed', 61),
    ]);
    expect(
      judge([], { ...withLog(...ALL.map(({ key }) => key)), publishers: [...publishers, ...lost, ...ticks] }),
    ).toEqual({
      excused: 1,
      ephemeral: 1,
    });
  });

  it('finds a gap in the numbers', () => {
    const entries = ALL.map((entry) => ({ ...entry, seq: entry.seq > 2 ? entry.seq + 1 : entry.seq }));
    expect(judge([], { histories: [{ tenant: 'a', epoch: EPOCH, entries }], followers: [] })).toEqual({ hole: 2 });
  });
});

describe('The checker of random publishers', () => {
  const one = (payload: string, insertedAt: number, committedAt: number) => ({ payload, insertedAt, committedAt });
  const report = { committed: [one('a', 0, 1), one('b', 2, 3), one('c', 2, 9)], rolledBack: ['x'] };
  const log = (...payloads: string[]) => payloads.map((payload, index) => ({ seq: index + 1, payload }));

  it.each([
    ['a late commit after newer ones', log('a', 'b', 'c'), []],
    ['overlapping transactions in either order', log('a', 'c', 'b'), []],
    ['a lost event', log('a', 'b'), ['G1 lost: c', '2 logged, 3 committed']],
    ['a ghost', log('a', 'b', 'c', 'x'), ['G2 ghost: x', '4 logged, 3 committed']],
    ['a hole', [...log('a', 'b'), { seq: 4, payload: 'c' }], ['G3 not dense: 4 at position 3']],
    ['an inversion of acknowledged commits', log('b', 'a', 'c'), ['G4 after a later one: a']],
    ['an event twice', log('a', 'b', 'b', 'c'), ['G5 twice in the log: b', '4 logged, 3 committed']],
  ])('judges %s', (_what, logged, expected) => {
    expect(violations(report, logged)).toEqual(expected);
  });
});

function event(key: string, audience: string, insertedAt: number) {
  return { key, audience, insertedAt };
}

function attempt(tx: string, events: readonly ReturnType<typeof event>[], dropped: readonly string[] = []) {
  return { kind: 'attempt', tx, tenant: 'a', events, dropped, isEphemeral: false } as const;
}

function outcome(tx: string, what: 'committed' | 'rolled back', when: number) {
  return { kind: 'outcome', tx, outcome: what, at: when } as const;
}
