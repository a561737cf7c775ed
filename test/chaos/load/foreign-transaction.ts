import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const RECONNECT_MS = 300;

/**
 * Holds a write transaction of another application open for the whole run, and reopens it after each kill of the server. Code
 * that waits for the oldest transaction of a database would deliver nothing in such a run.
 */
export function holdForeignTransaction(url: string): { end(): Promise<void> } {
  let isOver = false;
  let release: () => void = () => undefined;
  const hold = async (): Promise<void> => {
    while (!isOver) {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'chaos-foreign',
        connectionTimeoutMillis: 5_000,
      });
      const broken = new Promise<void>((resolve) => {
        client.once('error', () => resolve());
        client.once('end', () => resolve());
      });
      client.on('error', () => undefined);
      const ended = new Promise<void>((resolve) => (release = resolve));
      try {
        await client.connect();
        await client.query('CREATE TABLE IF NOT EXISTS public.foreign_work (n integer)');
        await client.query('BEGIN');
        await client.query('INSERT INTO public.foreign_work VALUES (1)');
        if (!isOver) await Promise.race([broken, ended]);
      } catch {
        // The server is down. The transaction is reopened when it is back.
        await delay(RECONNECT_MS);
      }
      await client.end().catch(() => undefined);
    }
  };
  const holding = hold();
  return {
    end: async () => {
      isOver = true;
      release();
      await holding;
    },
  };
}
