import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { Sequencer } from './sequencer.js';

/** What one turn was asked. */
interface Asked {
  readonly log: string;
  readonly limit: number;
  readonly previous: string;
  readonly span: number | null;
}

type Answer = { readonly taken: number; readonly snapshot?: string; readonly no?: string } | Error;

const QUIET: Answer = { taken: 0 };

let asked: Asked[];
let answers: Answer[];
let announced: Hint[];
let told: string[];
let trusted: boolean;
let sequencer: Sequencer;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  [asked, answers, announced, told, trusted] = [[], [], [], [], true];
});

afterEach(async () => {
  await sequencer.stop();
  jest.useRealTimers();
});

/** Numbers over a server that answers each turn as it is told, and has nothing more to number behind that. */
function start(...script: Answer[]): void {
  answers = script;
  const query = ({ values }: { readonly values: readonly unknown[] }): Promise<unknown> => {
    asked.push({
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
      told.push('identify');
      sequencer.rescan();
      return Promise.resolve();
    },
    announce: (hint) => announced.push(hint),
    fenced: () => told.push('fenced'),
    failed: (error) => told.push(String(error)),
  });
}

/** Lets everything run that waits for no timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('a turn', () => {
  it('takes 500, after a full turn 5,000, and 500 again when one was not full', async () => {
    start({ taken: 500 }, { taken: 5_000 }, { taken: 10_000 }, { taken: 3 }, { taken: 3 });
    await settle();
    await jest.advanceTimersByTimeAsync(5);
    expect(asked.map(({ limit }) => limit).slice(0, 2)).toEqual([500, 5_000]);
    expect(asked.at(-1)?.limit).toBe(500);
    expect(asked.length).toBeGreaterThanOrEqual(5);
  });

  it('looks at a part first, then at everything, and advances the snapshot only when that was not full', async () => {
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
    expect(asked.slice(0, 6).map(({ previous, span }) => [previous, span])).toEqual([
      ['1:1:', 2_000],
      ['1:1:', null],
      ['1:1:', 80_000],
      ['1:1:', null],
      [all, null],
      [later, null],
    ]);
  });

  it('announces what it numbered, and nothing when there was nothing', async () => {
    start({ taken: 2, no: '7' });
    await settle();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(announced).toEqual([{ shard: 0, no: 7, heads: { acme: 2 } }]);
  });
});

describe('between two turns', () => {
  it('the pause is 5 ms while there is work, and doubles up to 250 ms without, so a lost poke costs one pause', async () => {
    start(QUIET, { taken: 1 });
    await settle();
    for (const pauseMs of [5, 10, 20, 40, 80, 160, 250, 250, 250]) {
      const turns = asked.length;
      await jest.advanceTimersByTimeAsync(pauseMs - 1);
      expect(asked).toHaveLength(turns);
      await jest.advanceTimersByTimeAsync(1);
      expect(asked).toHaveLength(turns + 1);
    }
  });

  it('a poke wakes it at once, and a poke during a turn is not forgotten', async () => {
    start();
    await settle();
    await jest.advanceTimersByTimeAsync(10_000);
    const turns = asked.length;
    sequencer.wakeUp();
    await settle();
    expect(asked).toHaveLength(turns + 1);
    sequencer.wakeUp();
    sequencer.wakeUp();
    await settle();
    expect(asked.length).toBeGreaterThanOrEqual(turns + 2);
  });

  it('nothing is asked while the lease is not surely ours', async () => {
    start();
    await settle();
    trusted = false;
    await jest.advanceTimersByTimeAsync(1_000);
    const turns = asked.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(turns);
  });
});

describe('the server’s word', () => {
  it('that the lease is lost ends it for good', async () => {
    start(failure('HS001'));
    await settle();
    await jest.advanceTimersByTimeAsync(10_000);
    expect([told, asked.length]).toEqual([['fenced'], 1]);
  });

  it('that the log is another one makes it look at everything anew', async () => {
    start(QUIET, { taken: 1, snapshot: '20:20:' }, failure('HS002'));
    await settle();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['identify']);
    expect(asked.slice(1, 4).map(({ previous, span }) => [previous, span])).toEqual([
      ['1:1:', null],
      ['20:20:', null],
      ['1:1:', 2_000],
    ]);
  });

  it('that a turn failed is told, shown to readiness, and tried again', async () => {
    start(failure('57P01'), failure('57P01'));
    await settle();
    expect(sequencer.failingSince).toBeInstanceOf(Date);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['Error: 57P01', 'Error: 57P01']);
    expect(sequencer.failingSince).toBeNull();
  });
});
