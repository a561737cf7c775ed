import type { EventLog } from '@nest-herald/sse/spi';
import { asTenantId } from '@nest-herald/platform';
import pg from 'pg';

/** One event of an acknowledged transaction, with the times of its insert and of the commit's return, by the clock of this process. */
export interface Acknowledged {
  readonly payload: string;
  readonly insertedAt: number;
  readonly committedAt: number;
}

/** What {@link publishAtRandom} committed and rolled back. */
export interface PublisherReport {
  readonly committed: readonly Acknowledged[];
  readonly rolledBack: readonly string[];
}

/** A load of overlapping transactions. */
export interface PublisherLoad {
  readonly tenant: string;
  readonly writers: number;
  /** Maximum number. */
  readonly transactions: number;
  /** Returns true to end the load earlier. */
  readonly isOver?: () => boolean;
  /** Seed of the random choices. */
  readonly seed: number;
  readonly log: Pick<EventLog, 'append'>;
  readonly appUrl: string;
}

/**
 * Runs many writers, each with one transaction after the other: 1 to 3 events, open for up to 20 ms, 20 % with savepoints,
 * 10 % rolled back. So transactions commit in another order than they insert, and the log must handle that.
 */
export async function publishAtRandom(load: PublisherLoad): Promise<PublisherReport> {
  const random = mulberry32(load.seed);
  const committed: Acknowledged[] = [];
  const rolledBack: string[] = [];
  let next = 0;
  const write = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: load.appUrl, application_name: 'random-publisher' });
    await client.connect();
    try {
      while (next < load.transactions && !load.isOver?.()) {
        const number = (next += 1);
        await client.query('BEGIN');
        const staged: { payload: string; insertedAt: number }[] = [];
        for (let part = 0; part < 1 + Math.floor(random() * 3); part++) {
          const payload = `${number}.${part}`;
          const useSavepoint = random() < 0.2;
          if (useSavepoint) await client.query('SAVEPOINT s');
          const insertedAt = performance.now();
          await load.log.append([{ ...event(load.tenant), payload }], client);
          if (useSavepoint && random() < 0.5) {
            await client.query('ROLLBACK TO SAVEPOINT s');
            rolledBack.push(payload);
          } else staged.push({ payload, insertedAt });
          if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 20));
        }
        if (random() < 0.1) {
          await client.query('ROLLBACK');
          rolledBack.push(...staged.map((one) => one.payload));
        } else {
          await client.query('COMMIT');
          const committedAt = performance.now();
          committed.push(...staged.map((one) => ({ ...one, committedAt })));
        }
      }
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: load.writers }, write));
  return { committed, rolledBack };
}

/** @returns the violations of G1 to G5 in a log; empty when it kept all guarantees. */
export function violations(report: PublisherReport, logged: readonly { seq: number; payload: string }[]): string[] {
  const found: string[] = [];
  logged.forEach(({ seq }, index) => {
    if (seq !== index + 1) found.push(`G3 not dense: ${seq} at position ${index + 1}`);
  });
  const seen = new Set<string>();
  for (const { payload } of logged) {
    if (seen.has(payload)) found.push(`G5 twice in the log: ${payload}`);
    seen.add(payload);
  }
  for (const { payload } of report.committed) if (!seen.has(payload)) found.push(`G1 lost: ${payload}`);
  for (const payload of report.rolledBack) if (seen.has(payload)) found.push(`G2 ghost: ${payload}`);
  if (logged.length !== report.committed.length)
    found.push(`${logged.length} logged, ${report.committed.length} committed`);
  const known = new Map(report.committed.map((one) => [one.payload, one]));
  let latestInsert = Number.NEGATIVE_INFINITY;
  for (const { payload } of logged) {
    const one = known.get(payload);
    if (!one) continue;
    // An earlier event in the log was inserted after this event's commit had returned.
    if (one.committedAt < latestInsert) found.push(`G4 after a later one: ${payload}`);
    latestInsert = Math.max(latestInsert, one.insertedAt);
  }
  return found;
}

function event(tenant: string) {
  return { tenantId: asTenantId(tenant), audience: 'tenant', recipients: null, type: 'load' } as const;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
