import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from '../../../src/database/migrate.js';
import { findPostgresBinaries } from '../../../src/database/postgres-binaries.js';
import { serverUser } from '../../../src/database/server-user.js';
import { debianBinaries } from './debian-postgres.js';

const run = promisify(execFile);
const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const TEMPLATE = 'herald_template';

/** Ends the server when the pipe on standard input ends, so that a killed harness leaves no server running. */
const WATCHDOG = `
exec 3<&0 </dev/null
"$@" 3<&- & server=$!
( cat <&3 >/dev/null; kill -QUIT $server ) & watch=$!
exec 3<&-
wait $server; code=$?
kill $watch 2>/dev/null
exit $code`;

/** The embedded server from npm (18), or Debian's package (15). */
export type PostgresVersion = '18' | '15';

/** A PostgreSQL for one test, which can be killed and restarted on the same data and the same port. */
export class PostgresServer {
  #child: ChildProcess | null = null;

  private constructor(
    readonly version: PostgresVersion,
    readonly directory: string,
    readonly port: number,
    private readonly password: string,
    private readonly extra: Readonly<Record<string, string>>,
  ) {}

  /** Creates a data directory in a temporary directory and starts the server. */
  static async create(
    version: PostgresVersion = '18',
    extra: Readonly<Record<string, string>> = {},
  ): Promise<PostgresServer> {
    const directory = temporaryDirectory();
    const password = randomBytes(18).toString('base64url');
    const secret = join(directory, 'password');
    writeFileSync(secret, password, { mode: 0o600 });
    const user = serverUser();
    if (user) chownSync(secret, user.uid, user.gid);
    const { initdb } = binaries(version);
    const options = [
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${secret}`,
      '--encoding=UTF8',
      '--locale=C',
    ];
    await run(initdb, [`--pgdata=${join(directory, 'data')}`, ...options, '--no-sync', '--no-instructions'], {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      ...user,
    });
    const server = new PostgresServer(version, directory, await freePort(), password, extra);
    await server.start();
    return server;
  }

  /**
   * Creates a replica that streams from this server. The base backup is a copy of the data directory while the server is stopped,
   * because the embedded package has no pg_basebackup.
   * @param primaryPort the port to which the replica connects; a proxy's port allows a test to hold the stream.
   */
  async createReplica(primaryPort: number): Promise<PostgresServer> {
    await this.stop();
    const directory = temporaryDirectory();
    const data = join(directory, 'data');
    cpSync(join(this.directory, 'data'), data, { recursive: true });
    writeFileSync(join(data, 'standby.signal'), '');
    const user = serverUser();
    if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, data]);
    await run('chmod', ['700', data]);
    await this.start();
    const from = `host=${HOST} port=${primaryPort} user=postgres password=${this.password} application_name=chaos-replica`;
    const replica = new PostgresServer(this.version, directory, await freePort(), this.password, {
      ...this.extra,
      primary_conninfo: from,
    });
    await replica.start();
    return replica;
  }

  /** URL of the superuser. */
  url(database = 'postgres', port = this.port): string {
    return `postgres://postgres:${this.password}@${HOST}:${port}/${database}`;
  }

  /** Starts on the existing data. Retries while a killed predecessor still holds its lock. */
  async start(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      const child = this.#launch();
      this.#child = child;
      if (await this.#isReady(child, deadline)) return;
      await ended(child);
      if (Date.now() > deadline) throw new Error(`PostgreSQL ${this.version} did not start:\n${this.log()}`);
      await delay(pauseMs);
    }
  }

  /** kill -9 of the postmaster; its children end by themselves. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    process.kill(this.postmasterPid(), 'SIGKILL');
    await ended(child);
  }

  /** An orderly stop that does not wait for clients. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(this.postmasterPid(), 'SIGINT');
    await ended(child);
  }

  /** Ends the server at once and deletes its data. */
  async destroy(): Promise<void> {
    this.#child?.stdin?.end();
    if (this.#child) await ended(this.#child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  postmasterPid(): number {
    return Number(readFileSync(join(this.directory, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** The end of the server's log. */
  log(): string {
    const file = join(this.directory, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-15).join('\n') : '';
  }

  /** Executes one statement as the superuser, on its own connection. */
  async query<Row extends pg.QueryResultRow>(database: string, text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: this.url(database),
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Creates a migrated database. The first call also creates the template. */
  async createDatabase(): Promise<string> {
    const known = await this.query('postgres', 'SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (known.length === 0) {
      await this.query('postgres', `CREATE DATABASE ${TEMPLATE} TEMPLATE template0`);
      await migrate(this.url(TEMPLATE));
    }
    const name = `chaos_${randomBytes(5).toString('hex')}`;
    await this.query('postgres', `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    return name;
  }

  #launch(): ChildProcess {
    const settings: Record<string, string> = {
      listen_addresses: HOST,
      port: String(this.port),
      unix_socket_directories: '',
      timezone: 'UTC',
      max_connections: '300',
      // The kernel keeps what a killed process wrote, so kill -9 loses nothing without fsync. Only a power cut would.
      fsync: 'off',
      autovacuum_naptime: '10s',
      ...this.extra,
    };
    const command = [binaries(this.version).postgres, '-D', join(this.directory, 'data')];
    for (const [name, value] of Object.entries(settings)) command.push('-c', `${name}=${value}`);
    const log = openSync(join(this.directory, 'server.log'), 'a', 0o600);
    try {
      const child = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', ...command], {
        cwd: '/',
        detached: true,
        stdio: ['pipe', log, log],
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        ...serverUser(),
      });
      child.stdin?.on('error', () => undefined);
      child.unref();
      (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #isReady(child: ChildProcess, deadline: number): Promise<boolean> {
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      try {
        await this.query('postgres', 'SELECT 1');
        return true;
      } catch {
        // Starting, recovering, or ended, which the loop's condition checks.
        await delay(20);
      }
    }
    return false;
  }
}

function binaries(version: PostgresVersion): { readonly initdb: string; readonly postgres: string } {
  if (version === '18') return findPostgresBinaries(serverUser());
  const found = debianBinaries();
  if (!found) throw new Error('PostgreSQL 15 is not installed: apt-get install postgresql-15.');
  return found;
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'herald-chaos-'));
  const user = serverUser();
  if (user) chownSync(directory, user.uid, user.gid);
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
  return address.port;
}
