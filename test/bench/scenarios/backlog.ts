import type { Hint } from '@nest-herald/sse/spi';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import pg from 'pg';

import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { Scenario } from './scenario.js';

const ROWS = 300_000;
const ROWS_PER_TRANSACTION = 1_000;
const TENANTS = 10;

const SECONDS = 's until all have numbers';

/** Events that were published while no sequencer ran: how fast a restarted cluster catches up. */
export const backlog: Scenario = {
  name: 'backlog',
  title: 'Backlog: 300,000 rows in the outbox, committed by 300 transactions',
  measure: (context) =>
    withDatabase(async (url) => {
      const book = new FigureBook();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        for (let repetition = 0; repetition < context.options.repetitions; repetition++) {
          for (let first = 0; first < ROWS; first += ROWS_PER_TRANSACTION) await client.query(FILL, [first]);
          const seconds = await untilSequenced(url, repetition * ROWS);
          book.add('herald', SECONDS, seconds);
          context.progress(`backlog ${repetition + 1}: ${seconds.toFixed(1)} s`);
        }
      } finally {
        await client.end();
      }
      const row = { what: SECONDS, condition: SECONDS, of: 'herald', target: TARGETS.backlogSeconds };
      return { figures: [], ratios: compare(book, [row]) };
    }),
};

const FILL = `
  INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload)
  SELECT 0, 'tenant-' || n % ${TENANTS}, 'user:user-' || n % 1000, 'bench', json_build_object('n', n, 'text', repeat('a', 200))::text
  FROM generate_series($1::int, $1::int + ${ROWS_PER_TRANSACTION - 1}) AS n`;

/** Counts the announced events. A query of the outbox would read all its dead rows and disturb the measurement. */
async function untilSequenced(url: string, headsBefore: number): Promise<number> {
  const { eventLog, stop } = createPostgresSse({ connectionString: url, nodeId: `bench${process.pid}` });
  const heads = new Map<string, number>();
  const startedAt = performance.now();
  try {
    return await new Promise((resolve, reject) => {
      const announce = (hint: Hint): void => {
        for (const [tenant, head] of Object.entries(hint.heads)) heads.set(tenant, head);
        const sequenced = [...heads.values()].reduce((sum, head) => sum + head, 0) - headsBefore;
        if (sequenced === ROWS) resolve((performance.now() - startedAt) / 1_000);
      };
      const ignore = (): void => undefined;
      eventLog.start({ announce, observe: ignore, wakeUp: ignore, identityChanged: ignore }).catch(reject);
    });
  } finally {
    await eventLog.stop();
    await stop();
  }
}
