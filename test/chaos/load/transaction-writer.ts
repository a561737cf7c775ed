import { setTimeout as delay } from 'node:timers/promises';
import type { createPostgresSse } from '@nest-herald/sse/postgres';
import type { NewEvent } from '@nest-herald/sse/spi';
import type { TenantId, UserId } from '@nest-herald/platform';
import pg from 'pg';
import { type AttemptedEvent, EVENT_TYPE } from '../checker/records.js';
import type { SeededRandom } from '../seeded-random.js';
import { asRole } from '../../support/test-database.js';
import type { PublisherContext } from './publisher-context.js';
import { randomAudience } from './population.js';

type Appends = Pick<ReturnType<typeof createPostgresSse>['eventLog'], 'append'>;

const RECONNECT_MS = 150;

/**
 * Executes one transaction after the other on one connection: 1 to 3 statements, open for up to 15 ms, 20 % with savepoints of
 * which half are rolled back, 10 % rolled back as a whole. So commits happen in another order than inserts.
 */
export async function writeTransactions(context: PublisherContext, log: Appends, random: SeededRandom): Promise<void> {
  let client: pg.Client | null = null;
  while (!context.isOver) {
    await context.pace();
    try {
      client ??= await connect(context.load.databaseUrl);
    } catch {
      // The server is down because of a fault.
      await delay(RECONNECT_MS);
      continue;
    }
    if (!(await writeOne(context, log, client, random))) {
      await client.end().catch(() => undefined);
      client = null;
      await delay(RECONNECT_MS);
    }
  }
  await client?.end().catch(() => undefined);
}

/** @returns whether the connection can be used again. */
async function writeOne(
  context: PublisherContext,
  log: Appends,
  client: pg.Client,
  random: SeededRandom,
): Promise<boolean> {
  const tenant = random.pick(context.load.tenants);
  const tx = context.nextTransaction(tenant);
  const kept: AttemptedEvent[] = [];
  const dropped: string[] = [];
  let isCommitSent = false;
  try {
    await client.query('BEGIN');
    let next = 0;
    for (let statements = random.whole(1, 3); statements > 0; statements -= 1) {
      const events = Array.from({ length: random.whole(1, context.load.batch) }, () => randomAudience(random));
      const isGuarded = random.chance(0.2);
      if (isGuarded) await client.query('SAVEPOINT s');
      const insertedAt = context.now();
      const staged = events.map((to): AttemptedEvent => ({ key: `${tx}.${next++}`, ...to, insertedAt }));
      await log.append(
        staged.map((event) => newEvent(tenant, event)),
        client,
      );
      if (isGuarded && random.chance(0.5)) {
        await client.query('ROLLBACK TO SAVEPOINT s');
        dropped.push(...staged.map(({ key }) => key));
      } else kept.push(...staged);
      if (random.chance(0.5)) await delay(random.next() * 15);
    }
    context.attempt({ kind: 'attempt', tx, tenant, events: kept, dropped, isEphemeral: false });
    if (random.chance(0.1)) {
      await client.query('ROLLBACK');
      context.outcome(tx, 'rolled back', kept.length);
      return true;
    }
    isCommitSent = true;
    const { command } = await client.query('COMMIT');
    context.outcome(tx, command === 'COMMIT' ? 'committed' : 'rolled back', kept.length);
    return true;
  } catch (error) {
    // Without a COMMIT nothing was written; after one, the outcome is unknown.
    if (!isCommitSent) context.attempt({ kind: 'attempt', tx, tenant, events: kept, dropped, isEphemeral: false });
    context.outcome(tx, isCommitSent ? 'unknown' : 'rolled back', kept.length);
    context.failed(error);
    return false;
  }
}

function newEvent(tenant: string, { audience, recipients, key }: AttemptedEvent): NewEvent {
  return {
    tenantId: tenant as TenantId,
    audience,
    recipients: recipients === undefined ? null : (recipients as readonly UserId[]),
    type: EVENT_TYPE,
    payload: key,
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: asRole(url, 'herald_app'),
    application_name: 'chaos-writer',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
