import { randomUUID } from 'node:crypto';

import { NotificationService, NotificationsModule } from '@nest-herald/notifications';
import { SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';

import { BENCH_JWT_SECRET, BENCH_TENANT } from '../load/access-token.js';
import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { inAppRole, withDatabase } from './bench-database.js';
import type { Scenario } from './scenario.js';

const PEOPLE = 10_000;
const SENDS_TO_MANY = 3;

/** Sends of one variant before the other runs. */
const SENDS_PER_ROUND = 20;
const ROUNDS = 20;

const ROWS = 'inbox rows per second';
const ONE = 'sends per second to one person';
const SERVICE = 'the service method, committed';
const BARE = 'the bare statements with pg';

const SENDER = { tenantId: BENCH_TENANT, system: true } as const;

/** Stored notifications: rows in inboxes and their event, in one transaction. */
export const sending: Scenario = {
  name: 'sending',
  title: 'Sending a notification: 10,000 people by name, and one person beside the bare statements; one connection',
  measure: (context) =>
    withDatabase((url) =>
      withService(url, async (service) => {
        const book = new FigureBook();
        const client = new pg.Client({ connectionString: inAppRole(url) });
        await client.connect();
        try {
          const people = Array.from({ length: PEOPLE }, (_, index) => `user-${index}`);
          for (let repetition = 0; repetition <= context.options.repetitions; repetition++) {
            const isWarmUp = repetition === 0;
            const many = await perSecond(SENDS_TO_MANY, () => sendTo(service, people));
            const rates = await sideBySide({
              [SERVICE]: () => sendTo(service, ['ann']),
              [BARE]: () => sendBare(client),
            });
            if (isWarmUp) continue;
            book.add(SERVICE, ROWS, many * PEOPLE);
            for (const [variant, rate] of Object.entries(rates)) book.add(variant, ONE, rate);
            book.add('%', ONE, (100 * (rates[SERVICE] ?? 0)) / (rates[BARE] ?? Number.NaN));
            context.progress(`sending ${repetition}: ${(many * PEOPLE).toFixed(0)} rows/s`);
          }
        } finally {
          await client.end();
        }
        const ratios = compare(book, [
          { what: ROWS, condition: ROWS, of: SERVICE, target: TARGETS.inboxRowsPerSecond },
          {
            what: '% of the rate of the bare statements',
            condition: ONE,
            of: '%',
            target: TARGETS.sendByBareStatements,
          },
        ]);
        return { figures: book.figures().filter(({ server }) => server !== '%'), ratios };
      }),
    ),
};

async function sendTo(service: NotificationService, users: string[]): Promise<void> {
  await service.sendNow(SENDER, {
    type: 'task',
    title: 'Purchase order 4711 waits for you',
    content: 'Twelve laptops for the new office.',
    link: '/orders/4711',
    to: { users },
  });
}

/** The same rows and one event of the same size, as bare statements. */
async function sendBare(client: pg.Client): Promise<void> {
  const id = randomUUID();
  await client.query('BEGIN');
  await client.query(`SELECT set_config('herald.tenant_id', $1, true)`, [BENCH_TENANT]);
  await client.query(
    `INSERT INTO herald.ntf_message (tenant_id, id, type, category, priority, title, content, link, actions, delivery_mode,
       recipients, requires_ack) VALUES ($1, $2, 'task', 'task', 1, $3, $4, '/orders/4711', '[]', 'm', 1, false)`,
    [BENCH_TENANT, id, 'Purchase order 4711 waits for you', 'Twelve laptops for the new office.'],
  );
  await client.query(
    `INSERT INTO herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
     VALUES ($1, 'ann', $2, $2, 'task', 1)`,
    [BENCH_TENANT, id],
  );
  await client.query(
    `INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload) VALUES (0, $1, 'user:ann', 'notification.created', $2)`,
    [BENCH_TENANT, JSON.stringify({ id, title: 'Purchase order 4711 waits for you', text: 'a'.repeat(250) })],
  );
  await client.query('COMMIT');
}

/** Alternates the variants, so that drift affects all alike. @returns runs per second of each. */
async function sideBySide(variants: Readonly<Record<string, () => Promise<void>>>): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [variant, run] of Object.entries(variants))
      (rates[variant] ??= []).push(await perSecond(SENDS_PER_ROUND, run));
  }
  return Object.fromEntries(
    Object.entries(rates).map(([variant, all]) => [
      variant,
      all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN,
    ]),
  );
}

async function perSecond(times: number, run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < times; i++) await run();
  return (times * 1_000) / (performance.now() - startedAt);
}

async function withService<T>(url: string, use: (service: NotificationService) => Promise<T>): Promise<T> {
  const { eventLog, backplane, presence, ticketStore, stop } = createPostgresSse({
    connectionString: url,
    nodeId: `bench${process.pid}`,
  });
  class SendingModule {}
  Module({
    imports: [
      SseModule.forRoot({
        isGlobal: true,
        jwt: { secret: BENCH_JWT_SECRET },
        drainMs: 0,
        eventLog,
        backplane,
        presence,
        ticketStore,
      }),
      TypeOrmModule.forRoot({ type: 'postgres', url: inAppRole(url), poolSize: 4 }),
      NotificationsModule.forRoot({}),
    ],
  })(SendingModule);
  const app = await NestFactory.create(SendingModule, { logger: ['error'] });
  try {
    await app.init();
    return await use(app.get(NotificationService));
  } finally {
    await app.close();
    await stop();
  }
}
