import type { AppliedFile } from './history.js';
import { MigrationError } from './migration-error.js';
import type { MigrationPackage } from './packages.js';
import { pathOf, type SqlFile } from './sql-file.js';
import { isHigherVersion, VERSION } from './version.js';

/** What a database is missing. */
export interface MigrationPlan {
  /** Files to run, in order. Empty while {@link ahead} is not: an older version changes nothing. */
  readonly steps: readonly SqlFile[];
  /**
   * Signs that a newer version has migrated the database: numbered files that this version does not have, and packages
   * with the higher version that is recorded for them (`sse 0.3.0`).
   */
  readonly ahead: readonly string[];
}

/**
 * Compares the files of a version with the history of a database.
 *
 * @throws MigrationError `ERR_MIGRATION_FILE_CHANGED`, `ERR_MIGRATION_UNKNOWN_HISTORY`.
 */
export function planMigration(files: readonly SqlFile[], history: readonly AppliedFile[]): MigrationPlan {
  const applied = new Map(history.map((row) => [pathOf(row), row.checksum]));
  const changed = files.filter(
    (file) => file.kind === 'numbered' && ![undefined, file.checksum].includes(applied.get(pathOf(file))),
  );
  if (changed.length > 0) {
    throw new MigrationError(
      'ERR_MIGRATION_FILE_CHANGED',
      `${names(changed)} changed after it ran in this database. Restore the file, and put the change into a new numbered file.`,
    );
  }
  const steps = files.filter((file) => applied.get(pathOf(file)) !== file.checksum);
  const own = new Set(files.map(pathOf));
  const packages = new Set(files.map((file) => file.package));
  const chosen = history.filter((row) => packages.has(row.package));
  const ahead = [
    ...chosen.filter((row) => /^\d/.test(row.name) && !own.has(pathOf(row))).map(pathOf),
    ...[...higherVersions(chosen)].map(([name, version]) => `${name} ${version}`),
  ];
  if (ahead.length === 0) return { steps, ahead };
  const missing = steps.filter((file) => file.kind === 'numbered' && hasOthers(history, file));
  if (missing.length > 0) {
    throw new MigrationError(
      'ERR_MIGRATION_UNKNOWN_HISTORY',
      `The database has ${ahead.join(', ')}, which this version does not have, and lacks ${names(missing)}. ` +
        'Start the version that migrated the database.',
    );
  }
  return { steps: [], ahead };
}

/** The highest recorded version of each package that is higher than this one. */
function higherVersions(history: readonly AppliedFile[]): ReadonlyMap<MigrationPackage, string> {
  const versions = new Map<MigrationPackage, string>();
  for (const { package: name, version } of history) {
    if (version !== null && isHigherVersion(version, versions.get(name) ?? VERSION)) versions.set(name, version);
  }
  return versions;
}

/** A package that the database does not have at all was only not chosen before. */
function hasOthers(history: readonly AppliedFile[], file: SqlFile): boolean {
  return history.some((row) => row.package === file.package);
}

function names(files: readonly SqlFile[]): string {
  return files.map(pathOf).join(', ');
}
