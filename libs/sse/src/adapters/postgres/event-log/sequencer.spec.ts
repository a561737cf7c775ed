import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { Sequencer } from './sequencer.js';

/** Parameters of one turn. */
interface TurnRequest {
  readonly log: string;
  readonly limit: number;
  readonly previous: string;
  readonly span: number | null;
}

type Answer = { readonly taken: number; readonly snapshot?: string; readonly no?: string } | Error;

const QUIET: Answer = { taken: 0 };

let turns: TurnRequest[];
let answers: Answer[];
let announced: Hint[];
let reported: string[];
let trusted: boolean;
let sequencer: Sequencer;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  [turns, answers, announced, reported, trusted] = [[], [], [], [], true];
});

afterEach(async () => {
  await sequencer.stop();
  jest.useRealTimers();
});

/** Starts a sequencer over a database that answers each turn from the script, and then finds nothing more. */
function start(...script: Answer[]): void {
  answers = script;
  const query = ({ values }: { readonly values: readonly unknown[] }): Promise<unknown> => {
    turns.push({
      log: String(values[0]),
      limit: Number(values[4]),
      previous: String(values[5]),
      span: values[6] as number | null,
    });
    const answer = answers.shift() ?? QUIET;
    if (answer instanceof Error) return Promise.reject(answer);
    const { taken, snapshot = '9:9:', no = taken > 0 ? '1' : null } = answer;
    return Promise.resolve({ rows: [{ snapshot, taken, no, heads: taken > 0 ? { acme: taken } : {} }] });
  };
  sequencer = new Sequencer({
    pool: { query } as unknown as Pool,
    owner: 'me',
    shard: 0,
    term: 1n,
    isTrusted: () => trusted,
    logId: () => 'log',
    identify: () => {
      reported.push('identify');
      sequencer.rescan();
      return Promise.resolve();
    },
    announce: (hint) => announced.push(hint),
    fenced: () => reported.push('fenced'),
    failed: (error) => reported.push(String(error)),
  });
}

/** Runs everything that does not wait for a timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('Sequencer › turn', () => {
  it('takes 500 events, 5,000 after a full turn, and 500 again when a turn was not full', async () => {
    start({ taken: 500 }, { taken: 5_000 }, { taken: 10_000 }, { taken: 3 }, { taken: 3 });
    await settle();
    await jest.advanceTimersByTimeAsync(5);
    expect(turns.map(({ limit }) => limit).slice(0, 2)).toEqual([500, 5_000]);
    expect(turns.at(-1)?.limit).toBe(500);
    expect(turns.length).toBeGreaterThanOrEqual(5);
  });

  it('scans a part first, then everything, and advances the snapshot only when a full scan did not fill the turn', async () => {
    const [part, full, rest, all, later] = ['20:20:', '21:21:', '22:22:', '30:40:35', '50:50:'];
    start(
      { taken: 7, snapshot: part },
      { taken: 500, snapshot: full },
      { taken: 5, snapshot: rest },
      { taken: 7, snapshot: all },
      { taken: 0, snapshot: later },
    );
    await settle();
    await jest.advanceTimersByTimeAsync(20);
    expect(turns.slice(0, 6).map(({ previous, span }) => [previous, span])).toEqual([
      ['1:1:', 2_000],
      ['1:1:', null],
      ['1:1:', 80_000],
      ['1:1:', null],
      [all, null],
      [later, null],
    ]);
  });

  it('announces what it sequenced, and nothing when there was nothing', async () => {
    start({ taken: 2, no: '7' });
    await settle();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(announced).toEqual([{ shard: 0, no: 7, heads: { acme: 2 } }]);
  });
});

describe('Sequencer › pause', () => {
  it('lasts 5 ms while there is work and doubles up to 250 ms without, so a lost wake-up costs one pause', async () => {
    start(QUIET, { taken: 1 });
    await settle();
    for (const pauseMs of [5, 10, 20, 40, 80, 160, 250, 250, 250]) {
      const before = turns.length;
      await jest.advanceTimersByTimeAsync(pauseMs - 1);
      expect(turns).toHaveLength(before);
      await jest.advanceTimersByTimeAsync(1);
      expect(turns).toHaveLength(before + 1);
    }
  });

  it('ends at once on a wake-up, and remembers a wake-up that comes during a turn', async () => {
    start();
    await settle();
    await jest.advanceTimersByTimeAsync(10_000);
    const before = turns.length;
    sequencer.wakeUp();
    await settle();
    expect(turns).toHaveLength(before + 1);
    sequencer.wakeUp();
    sequencer.wakeUp();
    await settle();
    expect(turns.length).toBeGreaterThanOrEqual(before + 2);
  });

  it('goes on without a turn while the lease is not trusted', async () => {
    start();
    await settle();
    trusted = false;
    await jest.advanceTimersByTimeAsync(1_000);
    const before = turns.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(turns).toHaveLength(before);
  });
});

describe('Sequencer › failed turn', () => {
  it('ends the sequencer for good when the lease is lost', async () => {
    start(failure('HS001'));
    await settle();
    await jest.advanceTimersByTimeAsync(10_000);
    expect([reported, turns.length]).toEqual([['fenced'], 1]);
  });

  it('makes it scan the whole outbox again when the log was replaced', async () => {
    start(QUIET, { taken: 1, snapshot: '20:20:' }, failure('HS002'));
    await settle();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reported).toEqual(['identify']);
    expect(turns.slice(1, 4).map(({ previous, span }) => [previous, span])).toEqual([
      ['1:1:', null],
      ['20:20:', null],
      ['1:1:', 2_000],
    ]);
  });

  it('is reported, shown to readiness and tried again', async () => {
    start(failure('57P01'), failure('57P01'));
    await settle();
    expect(sequencer.failingSince).toBeInstanceOf(Date);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reported).toEqual(['Error: 57P01', 'Error: 57P01']);
    expect(sequencer.failingSince).toBeNull();
  });
});
