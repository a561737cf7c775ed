import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DatabaseError } from './database-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isAlive } from './postmaster-lock.js';
import { mayEnter, type ServerUser } from './server-user.js';

const run = promisify(execFile);

/**
 * Creates the directory for the cluster (`postgres/`), its password, log and owner file.
 *
 * As root the server runs as `nobody`, which cannot enter `/root`, for instance. Then the data is kept under `/var/tmp`, in a
 * directory named after the wanted path, and `onNotice` reports it.
 */
export function prepareDataDir(
  wanted: string,
  user: ServerUser | null,
  options: { readonly temporary: boolean; readonly onNotice?: ((text: string) => void) | undefined },
): string {
  const dataDir = resolve(wanted);
  mkdirSync(dataDir, { recursive: true });
  if (user === null) return dataDir;
  // The watchdog deletes it as that user.
  if (options.temporary) chownSync(dataDir, user.uid, user.gid);
  const mode = statSync(dataDir).mode & 0o777;
  // The right to pass through is enough; other files here keep their mode.
  if ((mode & 0o001) === 0) chmodSync(dataDir, mode | 0o011);
  if (mayEnter(dataDir, user)) return dataDir;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const instead = `/var/tmp/nest-herald-${name}`;
  mkdirSync(instead, { recursive: true, mode: 0o711 });
  if (statSync(instead).uid !== 0) {
    throw new DatabaseError(
      'ERR_DATABASE_START_FAILED',
      `The directory ${instead} for the built-in PostgreSQL belongs to another user. Delete it, or set DATA_DIR or DATABASE_URL.`,
    );
  }
  options.onNotice?.(`The user of the built-in PostgreSQL cannot enter ${dataDir}; its data is in ${instead}.`);
  return instead;
}

/**
 * Creates the cluster unless it exists. It is created under another name and then renamed: a start that is killed, or two
 * concurrent starts, leave a complete cluster or none.
 *
 * @returns the superuser's password, created with the cluster and kept beside it, readable by the owner only.
 */
export async function createCluster(options: {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | null;
}): Promise<string> {
  const { dataDir, binaries, user } = options;
  const cluster = join(dataDir, 'postgres');
  const passwordFile = join(cluster, 'superuser-password');
  if (!existsSync(cluster)) {
    const draft = `${cluster}.${process.pid}.${randomBytes(4).toString('hex')}`;
    const secret = `${draft}.password`;
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(secret, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (user) for (const path of [draft, secret]) chownSync(path, user.uid, user.gid);
    try {
      await run(
        binaries.initdb,
        [
          `--pgdata=${draft}`,
          '--username=postgres',
          '--auth=scram-sha-256',
          `--pwfile=${secret}`,
          '--encoding=UTF8',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          '--no-sync',
          '--no-instructions',
        ],
        { cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...user },
      );
      renameSync(secret, join(draft, 'superuser-password'));
      renameSync(draft, cluster);
    } catch (cause) {
      rmSync(draft, { recursive: true, force: true });
      rmSync(secret, { force: true });
      if (!existsSync(cluster)) {
        throw new DatabaseError(
          'ERR_DATABASE_START_FAILED',
          `The built-in PostgreSQL could not create its data directory ${cluster}: ${String(cause)}. Correct the cause, or set DATABASE_URL.`,
          { cause },
        );
      }
    }
  }
  return readFileSync(passwordFile, 'utf8').trim();
}

/** Records which process runs the server, for the error of a second start. */
export function recordOwner(dataDir: string): void {
  writeFileSync(join(dataDir, 'postgres.owner'), `${process.pid}\n`);
}

/** @returns the process that was recorded last, or null when it has ended. */
export function ownerOfCluster(dataDir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres.owner'), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    // Never started, or a temporary directory that is gone.
    return null;
  }
}
