import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { isAlive } from '../../src/database/postmaster-lock.js';
import { startDatabase } from '../../src/database/running-database.js';
import { startProcess } from '../support/child-process.js';
import { itInFullProfile } from '../support/profile.js';
import { databaseUrl } from '../support/test-server.js';
import { until } from '../support/until.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'herald-embedded-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function startChild(...parameters: readonly string[]) {
  const child = await startProcess('embedded-process.ts', ...parameters);
  const [url = '', pid = '0'] = (child.lines[0] ?? '').split(' ');
  return { child, url, pid: Number(pid) };
}

describe('Built-in PostgreSQL', () => {
  // service-start.e2e-spec.ts starts twice on the same data, by way of the service.
  itInFullProfile('keeps its data over a clean restart', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('recovery');
  });

  it('leaves no postmaster running after kill -9 of Node; the next start waits for the old one and finds all committed data', async () => {
    const { child, url, pid } = await startChild(dataDir);
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one');
    child.kill('SIGKILL');
    await child.ended;
    // At once, while the old server may still be shutting down.
    const next = await startEmbeddedPostgres({ dataDir });
    expect(isAlive(pid)).toBe(false);
    expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await next.stop();
  });

  // The test before this one kills Node too.
  itInFullProfile('disappears with its directory after kill -9 of Node when it is temporary', async () => {
    const { child, pid } = await startChild(dataDir, 'temporary');
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await until('gone', () => !isAlive(pid) && !existsSync(dataDir));
  });

  // service-start.e2e-spec.ts starts a second service on the same data.
  itInFullProfile(
    'refuses a second start on the same directory, naming the processes, the address and the remedy',
    async () => {
      const { child, url, pid } = await startChild(dataDir);
      const refusal = await startEmbeddedPostgres({ dataDir }).then(
        () => null,
        (error: Error & { code?: string; exitCode?: number }) => error,
      );
      expect(refusal).toMatchObject({ code: 'ERR_DATABASE_IN_USE', exitCode: 78 });
      for (const part of [
        `PostgreSQL process ${pid}`,
        `process ${child.pid}`,
        new URL(url).host,
        'DATA_DIR',
        'DATABASE_URL',
      ]) {
        expect(refusal?.message).toContain(part);
      }
      // The first one still works.
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      child.kill('SIGINT');
      await child.ended;
      expect(isAlive(pid)).toBe(false);
    },
  );

  it('refuses a login with a wrong password, and listens on the loopback interface only', async () => {
    const server = await startEmbeddedPostgres({ dataDir, temporary: true });
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await server.stop();
  });

  it('creates roles once when several databases of a new server are set up at the same moment', async () => {
    const server = await startEmbeddedPostgres({ dataDir, temporary: true });
    const urls = ['a', 'b', 'c', 'd'].map((name) => databaseUrl(server.url, name));
    for (const name of ['a', 'b', 'c', 'd']) await query(server.url, `CREATE DATABASE ${name}`);
    const reports = await Promise.all(urls.map((url) => migrate(url)));
    expect(reports.every((report) => report.ran.length > 0)).toBe(true);
    expect(await query(server.url, `SELECT count(*)::int AS n FROM pg_roles WHERE rolname LIKE 'herald\\_%'`)).toEqual([
      { n: 3 },
    ]);
    await server.stop();
  });
});

describe('Database at the start of the service', () => {
  it('is the built-in one without a URL, migrated, with logins in the role herald_app', async () => {
    const database = await startDatabase({ dataDir });
    expect(database.migrated.length).toBeGreaterThan(0);
    expect(await query(database.appUrl, 'SELECT current_user::text AS who, current_database()::text AS db')).toEqual([
      { who: 'herald_app', db: 'herald' },
    ]);
    await database.embedded?.stop();
    const again = await startDatabase({ dataDir });
    expect(again.migrated).toEqual([]);
    await again.embedded?.stop();
  });

  it('is named when it does not answer, with what to check', async () => {
    const unreachable = startDatabase({ dataDir, databaseUrl: 'postgres://herald@127.0.0.1:1/none' });
    await expect(unreachable).rejects.toMatchObject({
      code: 'ERR_DATABASE_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:1\/none.*DATABASE_URL/),
    });
  });
});
