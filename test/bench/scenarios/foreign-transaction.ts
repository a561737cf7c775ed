import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { BenchContext, Scenario } from './scenario.js';
import { type Session, withSession } from './session.js';

const USERS = 200;
/** Far below what a node can do, so that only the time of a way shows and not its capacity. */
const PER_SECOND = 100;
/** One turn of a database: long enough for a median, short enough that both see the same machine. */
const EVENTS = 400;
/** What others publish in each database between two turns, numbered and gone from the outbox: 500 rows a second on average. */
const OTHERS = 4_000;
const OTHERS_OF_A_TRANSACTION = 500;

const BESIDE = 'with a write transaction open';
const ALONE = 'without';
const MIDDLE = 'p50 ms';
const TAIL = 'p99 ms';

/**
 * A write transaction of somebody else that stays open for minutes: what was deleted in its database cannot be tidied up as long
 * as it runs. Two databases of one server with a node each take turns; one of them has the transaction.
 */
export const foreignTransaction: Scenario = {
  name: 'foreign-transaction',
  title: 'Commit to wire beside a foreign write transaction: 100 events/s to 200 people, ms',
  measure: (context) =>
    withDatabase(async (beside) => {
      const alone = await secondDatabase(beside);
      const book = new FigureBook();
      await withSession(
        context,
        'herald-postgres',
        [],
        (first) =>
          withSession(
            context,
            'herald-postgres',
            [],
            (second) =>
              takeTurns(context, book, { [BESIDE]: beside, [ALONE]: alone }, { [BESIDE]: first, [ALONE]: second }),
            alone,
          ),
        beside,
      );
      const what = `${context.options.foreignMinutes} min of a foreign write transaction`;
      const rows = [
        { what: `${what} ÷ without`, condition: MIDDLE, of: BESIDE, by: ALONE, target: TARGETS.foreignTransaction },
        { what: `${what} ÷ without`, condition: TAIL, of: BESIDE, by: ALONE },
      ];
      return { figures: book.figures(), ratios: compare(book, rows) };
    }),
};

async function takeTurns(
  context: BenchContext,
  book: FigureBook,
  urls: Readonly<Record<typeof BESIDE | typeof ALONE, string>>,
  sessions: Readonly<Record<typeof BESIDE | typeof ALONE, Session>>,
): Promise<void> {
  const pace = async (which: keyof typeof sessions) =>
    sessions[which].pace({ to: 'in-turn', users: USERS, perSecond: PER_SECOND, events: EVENTS });
  for (const which of [BESIDE, ALONE] as const) {
    await sessions[which].connect(USERS);
    await pace(which);
  }
  const foreign = new pg.Client({ connectionString: urls[BESIDE], application_name: 'bench-foreign' });
  await foreign.connect();
  try {
    await foreign.query('CREATE TABLE IF NOT EXISTS foreign_work (n integer)');
    await foreign.query('BEGIN');
    await foreign.query('INSERT INTO foreign_work VALUES (1)');
    const beganAt = performance.now();
    const seconds = (): number => Math.round((performance.now() - beganAt) / 1_000);
    for (let turn = 0; seconds() < context.options.foreignMinutes * 60 || turn < 2; turn++) {
      // Each first in every other turn, so that whoever comes second is not always the same.
      for (const which of turn % 2 === 0 ? ([BESIDE, ALONE] as const) : ([ALONE, BESIDE] as const)) {
        await publishByOthers(urls[which]);
        const { p50Ms, p99Ms } = await pace(which);
        book.add(which, MIDDLE, p50Ms);
        book.add(which, TAIL, p99Ms);
        context.progress(
          `foreign-transaction, open for ${seconds()} s: ${which}: p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms`,
        );
      }
    }
    await foreign.query('COMMIT');
  } finally {
    await foreign.end();
  }
}

/** Leaves as many dead rows behind as a busy cluster does; resolves when all are numbered. */
async function publishByOthers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench-others' });
  await client.connect();
  try {
    for (let first = 0; first < OTHERS; first += OTHERS_OF_A_TRANSACTION) await client.query(FILL);
    while ((await client.query('SELECT FROM sse.outbox LIMIT 1')).rowCount !== 0) await delay(LOOK_MS);
  } finally {
    await client.end();
  }
}

const LOOK_MS = 10;
const FILL = `
  INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload)
  SELECT 0, 'others', 'tenant', 'bench', repeat('a', 256) FROM generate_series(1, ${OTHERS_OF_A_TRANSACTION})`;

/** Another database of the same server, a copy of the one that was just migrated. */
async function secondDatabase(url: string): Promise<string> {
  const copy = new URL(url);
  const name = copy.pathname.slice(1);
  copy.pathname = `${copy.pathname}_alone`;
  const maintenance = new URL(url);
  maintenance.pathname = '/template1';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(`${name}_alone`)} TEMPLATE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return copy.href;
}
