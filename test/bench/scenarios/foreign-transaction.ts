import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { BenchContext, Scenario } from './scenario.js';
import { type Session, withSession } from './session.js';

const USERS = 200;
/** Far below the capacity of a server, so that the figures show latency only. */
const PER_SECOND = 100;
/** Events per turn of a database: enough for a median, few enough that both databases run under the same conditions. */
const EVENTS = 400;
/** Events of other publishers in each database between two turns, sequenced and removed from the outbox: 500 rows per second on average. */
const OTHER_EVENTS = 4_000;
const OTHERS_PER_TRANSACTION = 500;

const WITH = 'with a write transaction open';
const WITHOUT = 'without';
const MEDIAN = 'p50 ms';
const TAIL = 'p99 ms';

/**
 * A write transaction of another application that stays open for minutes. While it runs, vacuum cannot remove deleted rows of its
 * database. Two databases of one PostgreSQL, each with a server, are measured in turn; one of them has the transaction.
 */
export const foreignTransaction: Scenario = {
  name: 'foreign-transaction',
  title: 'Commit to wire beside a foreign write transaction: 100 events/s to 200 people, ms',
  measure: (context) =>
    withDatabase(async (withForeign) => {
      const withoutForeign = await secondDatabase(withForeign);
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
              takeTurns(
                context,
                book,
                { [WITH]: withForeign, [WITHOUT]: withoutForeign },
                { [WITH]: first, [WITHOUT]: second },
              ),
            withoutForeign,
          ),
        withForeign,
      );
      const what = `${context.options.foreignMinutes} min of a foreign write transaction`;
      const rows = [
        { what: `${what} ÷ without`, condition: MEDIAN, of: WITH, by: WITHOUT, target: TARGETS.foreignTransaction },
        { what: `${what} ÷ without`, condition: TAIL, of: WITH, by: WITHOUT },
      ];
      return { figures: book.figures(), ratios: compare(book, rows) };
    }),
};

async function takeTurns(
  context: BenchContext,
  book: FigureBook,
  urls: Readonly<Record<typeof WITH | typeof WITHOUT, string>>,
  sessions: Readonly<Record<typeof WITH | typeof WITHOUT, Session>>,
): Promise<void> {
  const pace = async (which: keyof typeof sessions) =>
    sessions[which].pace({ to: 'in-turn', users: USERS, perSecond: PER_SECOND, events: EVENTS });
  for (const which of [WITH, WITHOUT] as const) {
    await sessions[which].connect(USERS);
    await pace(which);
  }
  const foreign = new pg.Client({ connectionString: urls[WITH], application_name: 'bench-foreign' });
  await foreign.connect();
  try {
    await foreign.query('CREATE TABLE IF NOT EXISTS foreign_work (n integer)');
    await foreign.query('BEGIN');
    await foreign.query('INSERT INTO foreign_work VALUES (1)');
    const beganAt = performance.now();
    const seconds = (): number => Math.round((performance.now() - beganAt) / 1_000);
    for (let turn = 0; seconds() < context.options.foreignMinutes * 60 || turn < 2; turn++) {
      // The databases alternate in order, so that neither is always second.
      for (const which of turn % 2 === 0 ? ([WITH, WITHOUT] as const) : ([WITHOUT, WITH] as const)) {
        await publishByOthers(urls[which]);
        const { p50Ms, p99Ms } = await pace(which);
        book.add(which, MEDIAN, p50Ms);
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

/** Leaves as many dead rows as a busy cluster. Resolves when all events have their numbers. */
async function publishByOthers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench-others' });
  await client.connect();
  try {
    for (let first = 0; first < OTHER_EVENTS; first += OTHERS_PER_TRANSACTION) await client.query(FILL);
    while ((await client.query('SELECT FROM sse.outbox LIMIT 1')).rowCount !== 0) await delay(POLL_MS);
  } finally {
    await client.end();
  }
}

const POLL_MS = 10;
const FILL = `
  INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload)
  SELECT 0, 'others', 'tenant', 'bench', repeat('a', 256) FROM generate_series(1, ${OTHERS_PER_TRANSACTION})`;

/** Creates another database on the same server, a copy of the migrated one. */
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
