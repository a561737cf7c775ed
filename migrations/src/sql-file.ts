import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { MigrationPackage } from './packages.js';

/** One file of SQL of a package. */
export interface SqlFile {
  readonly package: MigrationPackage;
  /** `0001-baseline.sql` or `functions/append.sql`. */
  readonly name: string;
  /** `numbered` runs once. `repeatable` (a function or view) runs whenever its checksum differs. */
  readonly kind: 'numbered' | 'repeatable';
  /** SHA-256 of the text, hex. */
  readonly checksum: string;
  readonly sql: string;
}

/** The folders of SQL are beside `src` and `dist`, so that source, build and tarball read the same files. */
const ROOT = new URL('../', import.meta.url);
const NUMBERED = /^\d{4}-[a-z0-9-]+\.sql$/;
const REPEATABLE = /^[a-z0-9_]+\.sql$/;

const known = new Map<MigrationPackage, readonly SqlFile[]>();

/** The files of a package in the order in which they run: numbered ones by number, then functions and views by name. */
export function sqlFilesOf(name: MigrationPackage): readonly SqlFile[] {
  let files = known.get(name);
  if (files === undefined) {
    files = [
      ...namesIn(`${name}/`, NUMBERED).map((file) => read(name, file, 'numbered')),
      ...namesIn(`${name}/functions/`, REPEATABLE).map((file) => read(name, `functions/${file}`, 'repeatable')),
    ];
    known.set(name, files);
  }
  return files;
}

/** `sse/0001-baseline.sql`, as messages and reports name it. */
export function pathOf(file: Pick<SqlFile, 'package' | 'name'>): string {
  return `${file.package}/${file.name}`;
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(new URL(folder, ROOT))
      .filter((name) => pattern.test(name))
      .sort();
  } catch (error) {
    // A package without functions has no such folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && folder.endsWith('functions/')) return [];
    throw error;
  }
}

function read(name: MigrationPackage, file: string, kind: SqlFile['kind']): SqlFile {
  // A checkout on Windows may have changed the line ends.
  const sql = readFileSync(new URL(`${name}/${file}`, ROOT), 'utf8').replaceAll('\r\n', '\n');
  return { package: name, name: file, kind, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
