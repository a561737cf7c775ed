import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { migrate } from '../../../src/database/migrate.js';

/**
 * Creates a migrated database with `fsync` on, as in production, and deletes it after `use`. `BENCH_DATABASE_URL` names an empty
 * database of your own server instead, which is then kept.
 *
 * @param use receives the URL of a superuser.
 */
export async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const ownDatabase = process.env['BENCH_DATABASE_URL'];
  if (ownDatabase) {
    await migrate(ownDatabase);
    return use(ownDatabase);
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

/** The same URL with the role of the application. */
export function inAppRole(url: string): string {
  const withRole = new URL(url);
  withRole.searchParams.set('options', '-c role=herald_app');
  return withRole.href;
}
