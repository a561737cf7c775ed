import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createCluster, ownerOfCluster, prepareDataDir, recordOwner } from './cluster-files.js';
import { DatabaseError } from './database-error.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { isAlive, readPostmasterLock } from './postmaster-lock.js';
import { type ServerUser, serverUser } from './server-user.js';

/** How to run the embedded server. */
export interface EmbeddedPostgresOptions {
  /** Directory of the cluster, its password and log; created when absent. */
  readonly dataDir: string;
  /** For tests: faster because writes are not forced to disk, and `dataDir` is deleted when the server ends, also after SIGKILL. @defaultValue false */
  readonly temporary?: boolean;
  /** Receives the path of the data when that could not be `dataDir`. */
  readonly onNotice?: (text: string) => void;
}

/** A running embedded server. The caller that started it stops it. It also stops when this process dies, even by SIGKILL. */
export interface EmbeddedPostgres {
  /** Login of the superuser `postgres` to its database `postgres`; contains the password. */
  readonly url: string;
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Process id of the postmaster. */
  readonly pid: number;
  /** Where the cluster is; `dataDir` unless the server's user cannot get there. */
  readonly dataDir: string;
  /** Clean shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
/** A killed predecessor needs a moment until its last process has released the shared memory. */
const LOCK_PATIENCE_MS = 8_000;
const STOP_TIMEOUT_MS = 20_000;

/**
 * Starts under $1 = the signal that stops the server, $2 = a directory to delete at the end or '', then the command.
 * The pipe on standard input ends when Node ends, even by SIGKILL: then the server gets the signal, and no process is orphaned.
 * Background jobs get /dev/null as standard input, hence the copy of the pipe on descriptor 3.
 */
const WATCHDOG = `
signal=$1; remove=$2; shift 2
exec 3<&0 </dev/null
"$@" 3<&- & server=$!
( cat <&3 >/dev/null; kill -s "$signal" $server ) & watch=$!
exec 3<&-
wait $server; code=$?
kill $watch 2>/dev/null
[ -n "$remove" ] && rm -rf "$remove"
exit $code`;

/**
 * Starts the PostgreSQL that npm installed, on a free port of the loopback interface, with a password of its own.
 *
 * Data, password and log stay in `dataDir` from start to start. A directory is used by one server at a time.
 *
 * @throws DatabaseError `ERR_DATABASE_IN_USE` (another process runs on this directory), `ERR_DATABASE_BINARIES_MISSING`,
 * `ERR_DATABASE_START_FAILED` (with the end of the server's log).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = serverUser();
  const binaries = findPostgresBinaries(user);
  const dataDir = prepareDataDir(options.dataDir, user, {
    temporary: options.temporary ?? false,
    onNotice: options.onNotice,
  });
  const cluster = join(dataDir, 'postgres');
  const patience = Date.now() + LOCK_PATIENCE_MS;
  await waitForFreeCluster(dataDir, cluster, patience);
  const password = await createCluster({ dataDir, binaries, user });
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    const run = await launch({ binaries, user, dataDir, cluster, temporary: options.temporary ?? false });
    const outcome = await untilReady(run, password);
    if (outcome === 'ready') {
      recordOwner(dataDir);
      const pid = readPostmasterLock(cluster)?.pid ?? 0;
      const url = urlOf(run.port, password);
      return { url, address: `${HOST}:${run.port}`, pid, dataDir, stop: () => stop(run.child, pid) };
    }
    const log = logTail(dataDir);
    const passing = /lock file|shared memory block|could not bind|Address already in use/i.test(log);
    if (!passing || Date.now() > patience) {
      const lock = readPostmasterLock(cluster);
      if (lock) throw inUse(dataDir, cluster);
      throw new DatabaseError(
        'ERR_DATABASE_START_FAILED',
        `The built-in PostgreSQL did not start in ${dataDir} (${outcome}). Its log ends with:\n${log}\n` +
          'Correct the cause, move the directory away to start with an empty one, or set DATABASE_URL to another server.',
      );
    }
    await delay(pauseMs);
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly port: number;
}

async function launch(options: {
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | null;
  readonly dataDir: string;
  readonly cluster: string;
  readonly temporary: boolean;
}): Promise<Run> {
  const { binaries, user, dataDir, cluster, temporary } = options;
  const port = await freePort();
  const settings = {
    listen_addresses: HOST,
    port: String(port),
    // TCP alone: a socket path has a length limit that a deep checkout exceeds.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    io_method: 'sync',
    // A backlog of 300,000 events does not fit into the default of 128 MB. The machine provides only what is used.
    shared_buffers: temporary ? '128MB' : '256MB',
    max_connections: temporary ? '200' : '100',
    ...(temporary ? { fsync: 'off', full_page_writes: 'off', autovacuum_naptime: '10s' } : {}),
  };
  const command = [binaries.postgres, '-D', cluster];
  for (const [name, value] of Object.entries(settings)) command.push('-c', `${name}=${value}`);
  const logFile = join(dataDir, 'postgres.log');
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  try {
    // SIGINT: fast but clean. SIGQUIT: at once, for data that is deleted anyway.
    const watchdog = ['-c', WATCHDOG, 'sh', temporary ? 'QUIT' : 'INT', temporary ? dataDir : '', ...command];
    const child = spawn('/bin/sh', watchdog, {
      cwd: '/',
      // Its own session: Ctrl-C in the terminal reaches Node only, which stops the server last.
      detached: true,
      stdio: ['pipe', log, log],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      ...user,
    });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.unref();
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    return { child, port };
  } finally {
    closeSync(log);
  }
}

/** @returns `ready`, or why not. */
async function untilReady({ child, port }: Run, password: string): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      return `the server ended with code ${child.exitCode ?? child.signalCode}`;
    }
    const client = new pg.Client({ connectionString: urlOf(port, password), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return 'ready';
    } catch (error) {
      // 28P01: another server took the port between our check and our start.
      if ((error as { code?: string }).code === '28P01') return stopThen(child, 'could not bind its port');
      await delay(15);
    }
  }
  return stopThen(child, `no answer within ${START_TIMEOUT_MS / 1_000} s`);
}

async function stopThen(child: ChildProcess, reason: string): Promise<string> {
  await stop(child, 0);
  return reason;
}

async function stop(child: ChildProcess, postmasterPid: number): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  if (ended()) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.ref();
  child.stdin?.end();
  const timer = setTimeout(() => {
    if (postmasterPid > 0 && isAlive(postmasterPid)) process.kill(postmasterPid, 'SIGQUIT');
  }, STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
}

/** Waits while a killed predecessor is still ending; refuses at once while its owner is alive. */
async function waitForFreeCluster(dataDir: string, cluster: string, patience: number): Promise<void> {
  for (let pauseMs = 50; readPostmasterLock(cluster); pauseMs = Math.min(pauseMs * 2, 500)) {
    const owner = ownerOfCluster(dataDir);
    if (owner !== null || Date.now() > patience) throw inUse(dataDir, cluster);
    await delay(pauseMs);
  }
}

function inUse(dataDir: string, cluster: string): DatabaseError {
  const lock = readPostmasterLock(cluster);
  const owner = ownerOfCluster(dataDir);
  const starter = owner === null ? '' : `, started by process ${owner}`;
  return new DatabaseError(
    'ERR_DATABASE_IN_USE',
    `The database in ${dataDir} is already in use by PostgreSQL process ${lock?.pid ?? '?'} on ${lock?.address ?? HOST}${starter}. ` +
      `Stop ${owner === null ? 'that server' : `process ${owner}`} first, or give this one its own DATA_DIR or DATABASE_URL.`,
  );
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@${HOST}:${port}/postgres`;
}

function logTail(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'postgres.log'), 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  } catch {
    // A temporary directory is deleted already.
    return '(no log)';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
  return address.port;
}
