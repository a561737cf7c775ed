import type { AppliedFile } from './history.js';
import { MigrationError } from './migration-error.js';
import { pathOf, type SqlFile } from './sql-file.js';

/** What a database is missing. */
export interface MigrationPlan {
  /** Files to run, in order. Empty while {@link ahead} is not: an older version changes nothing. */
  readonly steps: readonly SqlFile[];
  /** Numbered files that the database has and this version does not: a newer version has migrated it. */
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
  const ahead = history
    .filter((row) => packages.has(row.package) && /^\d/.test(row.name) && !own.has(pathOf(row)))
    .map(pathOf);
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

/** A package that the database does not have at all was only not chosen before. */
function hasOthers(history: readonly AppliedFile[], file: SqlFile): boolean {
  return history.some((row) => row.package === file.package);
}

function names(files: readonly SqlFile[]): string {
  return files.map(pathOf).join(', ');
}
