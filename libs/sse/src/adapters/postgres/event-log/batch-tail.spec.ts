import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { BatchTail } from './batch-tail.js';

interface Batch {
  readonly no: number;
  readonly heads: Readonly<Record<string, number>>;
}

/** The tables that the tail reads, for one shard. */
interface Database {
  log: string;
  batches: Batch[];
}

let database: Database;
let reads: number;
let observed: Hint[];
let identities: string[];
let tail: BatchTail;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  database = { log: 'one', batches: [{ no: 1, heads: { acme: 1 } }] };
  [reads, observed, identities] = [0, [], []];
  tail = new BatchTail({ query } as unknown as Pool, {
    observe: (hint) => observed.push(hint),
    identity: (logId) => identities.push(logId),
    failed: (error) => {
      throw error;
    },
  });
  await tail.start();
});

afterEach(async () => {
  await tail.stop();
  jest.useRealTimers();
});

function query(asked: string | { readonly name: string; readonly values?: readonly unknown[] }): Promise<unknown> {
  const { log, batches } = database;
  if (typeof asked === 'string') {
    const heads = new Map(batches.flatMap((batch) => Object.entries(batch.heads)));
    return Promise.resolve({ rows: [...heads].map(([tenant_id, head]) => ({ tenant_id, head: String(head) })) });
  }
  if (asked.name === 'sse-newest-batches') {
    reads += 1;
    return Promise.resolve({ rows: [{ log_id: log, shard: 0, no: String(batches.at(-1)?.no) }] });
  }
  const [[after]] = asked.values!.slice(1) as [[number]];
  return Promise.resolve({ rows: batches.filter(({ no }) => no > after) });
}

/** A sequencer writes a batch, and its hint is lost. */
function sequence(no: number, heads: Readonly<Record<string, number>>): void {
  database.batches.push({ no, heads });
}

const heads = (): Record<string, number> => Object.assign({}, ...observed.map((hint) => hint.heads)) as never;

describe('BatchTail', () => {
  it('reads every second ± 20 %', async () => {
    for (let i = 0; i < 20; i++) {
      const before = reads;
      await jest.advanceTimersByTimeAsync(799);
      expect(reads).toBe(before);
      await jest.advanceTimersByTimeAsync(402);
      expect(reads).toBeGreaterThan(before);
      // Advances to the moment of a read, so that the next round starts at one.
      const now = reads;
      while (reads === now) await jest.advanceTimersByTimeAsync(1);
    }
  });

  it('reports every batch that it has not seen, each once', async () => {
    sequence(2, { acme: 2 });
    sequence(3, { beta: 1 });
    await jest.advanceTimersByTimeAsync(1_201);
    expect(heads()).toEqual({ acme: 2, beta: 1 });
    observed.length = 0;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(observed).toEqual([]);
  });

  it('does not mistake batches of another log for seen ones, although their numbers are lower', async () => {
    for (let no = 2; no <= 100; no++) sequence(no, { acme: no });
    await jest.advanceTimersByTimeAsync(1_201);
    // A promoted replica that had reached batch 50, and the batches it wrote since; all hints were lost.
    database.log = 'two';
    database.batches = database.batches.slice(0, 50);
    sequence(51, { beta: 1 });
    sequence(52, { acme: 51 });
    observed.length = 0;
    await jest.advanceTimersByTimeAsync(1_201);
    expect(identities.at(-1)).toBe('two');
    expect(heads()).toMatchObject({ beta: 1, acme: 51 });
    sequence(53, { beta: 2 });
    await jest.advanceTimersByTimeAsync(1_201);
    expect(heads()).toMatchObject({ beta: 2 });
  });
});
