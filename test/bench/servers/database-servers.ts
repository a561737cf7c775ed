import type { Backplane } from '@nest-herald/sse/spi';
import { createNatsBackplane } from '@nest-herald/sse/nats';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { createRedisBackplane } from '@nest-herald/sse/redis';
import pg from 'pg';

import { benchUser } from '../load/access-token.js';
import { BARE_PATH, listenBare } from './bare-streams.js';
import { END_OF_HEAD, type BenchServer } from './bench-server.js';
import { asChunk, eventFrame } from './event-frame.js';
import type { BenchEvent } from './bench-event.js';
import { heraldServer } from './herald.js';

/** Servers whose events are rows of a committed transaction. */
const STARTS: Readonly<Record<string, (database: string) => Promise<BenchServer>>> = {
  'herald-postgres': (database) => startHeraldOver(database, () => null),
  'herald-redis': (database) =>
    startHeraldOver(database, (onError) => createRedisBackplane({ url: process.env['REDIS_URL'] ?? '', onError })),
  'herald-nats': (database) =>
    startHeraldOver(database, (onError) => createNatsBackplane({ url: process.env['NATS_URL'] ?? '', onError })),
  poller: startPoller,
  'notify-in-transaction': startNotify,
};

/** Starts the server of that name on a migrated database. */
export function startOverDatabase(name: string, database: string): Promise<BenchServer> {
  const start = STARTS[name];
  if (!start)
    throw new Error(
      `There is no server ${JSON.stringify(name)} with a database. Use one of ${Object.keys(STARTS).join(', ')}.`,
    );
  return start(database);
}

type OnError = (what: string, error: unknown) => void;

/** @param carrier creates the backplane; null for NOTIFY. */
async function startHeraldOver(
  database: string,
  carrier: (onError: OnError) => Backplane | null,
): Promise<BenchServer> {
  const onError: OnError = (what, error) => console.error(what, error);
  const { eventLog, backplane, presence, ticketStore, stop } = createPostgresSse({
    connectionString: database,
    nodeId: `bench${process.pid}`,
    onError,
  });
  const server = await heraldServer({ eventLog, backplane: carrier(onError) ?? backplane, presence, ticketStore });
  return {
    ...server,
    close: async () => {
      await server.close();
      await stop();
    },
  };
}

/** Interval of a hand-written poller. A shorter one costs more queries, a longer one more latency. */
const POLL_MS = 100;

/**
 * The usual first implementation: a table of events that the streaming process empties every 100 ms. (Reading rows with a higher
 * id than the last one instead loses late commits: 7 of 1,000 in this scenario.)
 */
async function startPoller(database: string): Promise<BenchServer> {
  return overTable(database, async (pool, deliver) => {
    let isOver = false;
    const poll = async (): Promise<void> => {
      while (!isOver) {
        const { rows } = await pool.query<EventRow>('DELETE FROM bench_event RETURNING id, person, event');
        for (const row of rows.sort((x, y) => Number(x.id) - Number(y.id))) deliver(row);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    };
    const polling = poll();
    return async () => {
      isOver = true;
      await polling;
    };
  });
}

/** The usual second implementation: NOTIFY in the transaction of the publisher, with the whole event as payload. */
async function startNotify(database: string): Promise<BenchServer> {
  return overTable(
    database,
    async (_pool, deliver) => {
      const listener = new pg.Client({ connectionString: database });
      await listener.connect();
      listener.on('notification', ({ payload }) => deliver(JSON.parse(payload ?? '') as EventRow));
      await listener.query('LISTEN bench_event');
      return () => listener.end();
    },
    (client, row) => client.query("SELECT pg_notify('bench_event', $1)", [JSON.stringify(row)]),
  );
}

interface EventRow {
  readonly id: string;
  readonly person: string;
  readonly event: BenchEvent;
}

/** Concurrent publishing transactions. */
const PUBLISHERS = 10;

async function overTable(
  database: string,
  start: (pool: pg.Pool, deliver: (row: EventRow) => void) => Promise<() => Promise<void>>,
  alsoInTransaction?: (client: pg.ClientBase, row: EventRow) => Promise<unknown>,
): Promise<BenchServer> {
  const { port, byUser, close } = await listenBare();
  const pool = new pg.Pool({ connectionString: database, max: PUBLISHERS });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS bench_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text, event jsonb)',
  );
  await pool.query('TRUNCATE bench_event');
  const stop = await start(pool, (row) => byUser.get(row.person)?.socket?.write(asChunk(eventFrame(row.event))));
  const publish = async (person: string, event: BenchEvent): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO bench_event (person, event) VALUES ($1, $2)', [person, JSON.stringify(event)]);
      await alsoInTransaction?.(client, { id: '', person, event });
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
  return {
    port,
    path: BARE_PATH,
    readyMarker: END_OF_HEAD,
    publishToUser: (user, event) => publish(benchUser(user), event),
    publishToAll: () => {
      throw new Error('This server publishes to single users only. Use publishToUser.');
    },
    close: async () => {
      await stop();
      await close();
      await pool.end();
    },
  };
}
