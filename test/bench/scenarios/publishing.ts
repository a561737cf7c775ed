import { SseBroker, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';

import { BENCH_JWT_SECRET, BENCH_TENANT } from '../load/access-token.js';
import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { benchEvent, EVENT_TYPE } from '../servers/bench-event.js';
import { TARGETS } from '../targets.js';
import { inAppRole, withDatabase } from './bench-database.js';
import type { Scenario } from './scenario.js';

/** Transactions of one variant before the next variant runs. Few, so that drift affects all alike. */
const TRANSACTIONS_PER_ROUND = 20;
const ROUNDS = 25;
/** A new process compiles its publishing code during thousands of events. */
const WARM_UP_EVENTS = 10_000;

/** Duration of the other work in a business transaction of an ERP. */
const BUSINESS_MS = 5;

const SHORT = 'a transaction of one insert';
const LONG = `a transaction of ${BUSINESS_MS} ms`;
const BASELINE = 'alone';
const SECOND = 'with a second insert';
const PUBLISHED = 'with a published event';

/** The time that publishing adds to the caller's own transaction. */
export const publishing: Scenario = {
  name: 'publishing',
  title: 'Publishing inside the caller’s transaction: µs of one transaction, one connection',
  measure: (context) =>
    withDatabase((url) =>
      withPublisher(url, async (client, publish) => {
        const book = new FigureBook();
        const insert = (): Promise<unknown> => client.query('INSERT INTO bench_order (text) VALUES ($1)', ['an order']);
        const variants: readonly [string, () => Promise<unknown>][] = [
          [BASELINE, async () => undefined],
          [SECOND, insert],
          [PUBLISHED, publish],
        ];
        const business: readonly [string, () => Promise<unknown>][] = [
          [SHORT, async () => undefined],
          [LONG, () => client.query(`SELECT pg_sleep(${BUSINESS_MS / 1_000})`)],
        ];
        await client.query('BEGIN');
        for (let n = 0; n < WARM_UP_EVENTS; n++) await publish();
        await client.query('ROLLBACK');
        for (let repetition = 0; repetition <= context.options.repetitions; repetition++) {
          for (const [condition, work] of business) {
            const micros = new Map<string, number[]>();
            for (let round = 0; round < ROUNDS; round++) {
              for (const [variant, addition] of variants) {
                const startedAt = performance.now();
                for (let i = 0; i < TRANSACTIONS_PER_ROUND; i++) {
                  await client.query('BEGIN');
                  await insert();
                  await work();
                  await addition();
                  await client.query('COMMIT');
                }
                const taken = ((performance.now() - startedAt) * 1_000) / TRANSACTIONS_PER_ROUND;
                micros.set(variant, [...(micros.get(variant) ?? []), taken]);
              }
            }
            if (repetition === 0) continue; // Warm-up.
            const alone = median(micros.get(BASELINE));
            for (const [variant] of variants) {
              const taken = median(micros.get(variant));
              book.add(variant, condition, taken);
              book.add(`${variant}, %`, condition, (100 * (taken - alone)) / alone);
            }
            context.progress(`publishing ${repetition}: ${condition}: ${alone.toFixed(0)} µs alone`);
          }
        }
        const share = (condition: string, variant: string, target?: (typeof TARGETS)['publishShare']) => ({
          what: `% added ${variant}`,
          condition,
          of: `${variant}, %`,
          target,
        });
        const ratios = compare(book, [
          share(SHORT, PUBLISHED, TARGETS.publishShare),
          share(SHORT, SECOND),
          share(LONG, PUBLISHED, TARGETS.publishShareOfLong),
        ]);
        return { figures: book.figures().filter(({ server }) => !server.endsWith('%')), ratios };
      }),
    ),
};

function median(values: readonly number[] = []): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function withPublisher<T>(
  url: string,
  use: (client: pg.Client, publish: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(
    'CREATE TABLE IF NOT EXISTS bench_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)',
  );
  await owner.query('GRANT INSERT ON bench_order TO herald_app');
  await owner.end();
  const { eventLog, backplane, presence, ticketStore, stop } = createPostgresSse({
    connectionString: url,
    nodeId: `bench${process.pid}`,
  });
  class PublishingModule {}
  Module({
    imports: [
      SseModule.forRoot({ jwt: { secret: BENCH_JWT_SECRET }, drainMs: 0, eventLog, backplane, presence, ticketStore }),
    ],
  })(PublishingModule);
  const app = await NestFactory.create(PublishingModule, { logger: ['error'] });
  await app.init();
  const broker = app.get(SseBroker);
  const client = new pg.Client({ connectionString: inAppRole(url) });
  await client.connect();
  let n = 0;
  try {
    return await use(client, () =>
      broker.publish(
        client,
        { tenantId: BENCH_TENANT, audience: 'user:ann' },
        { event: EVENT_TYPE, data: benchEvent(n++) },
      ),
    );
  } finally {
    await client.end();
    await app.close();
    await stop();
  }
}
