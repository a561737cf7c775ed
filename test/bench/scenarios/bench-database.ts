import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { migrate } from '../../../src/database/migrate.js';

/**
 * A migrated database that keeps what it commits (`fsync` on), as in production; deleted behind `use`. `BENCH_DATABASE_URL`
 * names an empty one of a server of your own instead; it stays as it is then.
 *
 * @param use gets the login of a superuser.
 */
export async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const given = process.env['BENCH_DATABASE_URL'];
  if (given) {
    await migrate(given);
    return use(given);
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'herald-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  try {
    await migrate(server.url);
    return await use(server.url);
  } finally {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The same login in the role of the application. */
export function inAppRole(url: string): string {
  const withRole = new URL(url);
  withRole.searchParams.set('options', '-c role=herald_app');
  return withRole.href;
}
