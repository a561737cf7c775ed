import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Pool } from 'pg';
import type { Hint } from '../../../event-log/event-log.js';
import { BatchTail } from './batch-tail.js';

interface Batch {
  readonly no: number;
  readonly heads: Readonly<Record<string, number>>;
}

/** The tables that the tail reads, of one shard. */
interface Server {
  log: string;
  batches: Batch[];
}

let server: Server;
let looks: number;
let observed: Hint[];
let identities: string[];
let tail: BatchTail;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  server = { log: 'one', batches: [{ no: 1, heads: { acme: 1 } }] };
  [looks, observed, identities] = [0, [], []];
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
  const { log, batches } = server;
  if (typeof asked === 'string') {
    const heads = new Map(batches.flatMap((batch) => Object.entries(batch.heads)));
    return Promise.resolve({ rows: [...heads].map(([tenant_id, head]) => ({ tenant_id, head: String(head) })) });
  }
  if (asked.name === 'sse-newest-batches') {
    looks += 1;
    return Promise.resolve({ rows: [{ log_id: log, shard: 0, no: String(batches.at(-1)?.no) }] });
  }
  const [[after]] = asked.values!.slice(1) as [[number]];
  return Promise.resolve({ rows: batches.filter(({ no }) => no > after) });
}

/** Somebody numbers a batch, and its hint is lost. */
function number(no: number, heads: Readonly<Record<string, number>>): void {
  server.batches.push({ no, heads });
}

const heads = (): Record<string, number> => Object.assign({}, ...observed.map((hint) => hint.heads)) as never;

describe('the tail', () => {
  it('looks each second ± 20 %', async () => {
    for (let i = 0; i < 20; i++) {
      const before = looks;
      await jest.advanceTimersByTimeAsync(799);
      expect(looks).toBe(before);
      await jest.advanceTimersByTimeAsync(402);
      expect(looks).toBeGreaterThan(before);
      // To the moment of a look, so that the next round begins at one.
      const now = looks;
      while (looks === now) await jest.advanceTimersByTimeAsync(1);
    }
  });

  it('tells of every batch that it has not seen, each once', async () => {
    number(2, { acme: 2 });
    number(3, { beta: 1 });
    await jest.advanceTimersByTimeAsync(1_201);
    expect(heads()).toEqual({ acme: 2, beta: 1 });
    observed.length = 0;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(observed).toEqual([]);
  });

  it('does not take the batches of another log for seen ones, although their numbers are lower', async () => {
    for (let no = 2; no <= 100; no++) number(no, { acme: no });
    await jest.advanceTimersByTimeAsync(1_201);
    // A promoted replica that had got as far as batch 50, and what it numbered since: all hints were lost.
    server.log = 'two';
    server.batches = server.batches.slice(0, 50);
    number(51, { beta: 1 });
    number(52, { acme: 51 });
    observed.length = 0;
    await jest.advanceTimersByTimeAsync(1_201);
    expect(identities.at(-1)).toBe('two');
    expect(heads()).toMatchObject({ beta: 1, acme: 51 });
    number(53, { beta: 2 });
    await jest.advanceTimersByTimeAsync(1_201);
    expect(heads()).toMatchObject({ beta: 2 });
  });
});
