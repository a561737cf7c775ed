import { baselines, beginningOf, conversion } from './first-version.js';
import { CREATE_HISTORY, readHistory, recordVersionOf } from './history.js';
import { MigrationError } from './migration-error.js';
import { ALL_PACKAGES, type MigrationPackage, withNeeded } from './packages.js';
import { planMigration } from './plan.js';
import { ensureRoles } from './roles.js';
import { BEGIN, scriptOf, type Statement, statementsOf } from './script.js';
import { type MigrationDatabase, type Session, withSession } from './session.js';
import { pathOf, type SqlFile, sqlFilesOf } from './sql-file.js';
import { VERSION } from './version.js';

/** What to migrate. */
export interface MigrateOptions {
  /** Packages that the host uses; what they need is added. @defaultValue all */
  readonly packages?: readonly MigrationPackage[];
  /** Convert a database of version 0.1.0. Stop the servers of that version first. @defaultValue false */
  readonly convert?: boolean;
}

/** What {@link migrate} did. */
export interface MigrationReport {
  /** Files that ran now, in order, such as `sse/0001-baseline.sql`; empty when the database was up to date. */
  readonly ran: readonly string[];
  /** Whether a database of version 0.1.0 was converted. */
  readonly converted: boolean;
  /** As in {@link MigrationStatus}. The database was left as it is unless this is empty. */
  readonly ahead: readonly string[];
}

/** How a database compares with this version. */
export interface MigrationStatus {
  /** Numbered files that have not run. */
  readonly pending: readonly string[];
  /** Functions and views that {@link migrate} would create or replace. */
  readonly differing: readonly string[];
  /**
   * What a newer version has migrated: numbered files that this version does not have (`sse/0002-later.sql`), and
   * packages with the higher version that is recorded for them (`sse 0.3.0`).
   */
  readonly ahead: readonly string[];
}

interface Work {
  readonly statements: readonly Statement[];
  readonly steps: readonly SqlFile[];
  readonly ahead: readonly string[];
  readonly converts: boolean;
}

/**
 * Creates the roles and brings the tables and functions of the packages up to date, as `herald_owner`, in one
 * transaction: all of it happens, or nothing. Any number of processes may call it at once; one works, the others wait.
 * A database that a newer version has migrated is left as it is, and the report says so.
 *
 * @param database needs a login that may create roles, or one that an administrator prepared with the SQL of
 * `RoleSetupError`. A client must be in no transaction.
 * @throws RoleSetupError when the roles are missing and the login may not create them.
 * @throws MigrationError for each of its codes.
 */
export function migrate(database: MigrationDatabase, options: MigrateOptions = {}): Promise<MigrationReport> {
  return withSession(database, async (session) => {
    await ensureRoles(session);
    return inTransaction(session, async () => {
      const { statements, steps, ahead, converts } = await workFor(session, options);
      for (const statement of statements) await run(session, statement);
      if (steps.some((file) => file.kind === 'repeatable')) await refuseOverloads(session);
      return { ran: steps.map(pathOf), converted: converts, ahead };
    });
  });
}

/**
 * Compares the database with this version and changes nothing. `herald_app` may call it.
 *
 * @throws MigrationError `ERR_MIGRATION_FILE_CHANGED`, `ERR_MIGRATION_UNKNOWN_HISTORY`.
 */
export function migrationStatus(database: MigrationDatabase, options: MigrateOptions = {}): Promise<MigrationStatus> {
  return withSession(database, async (session) => {
    const { steps, ahead } = planMigration(filesOf(options.packages), await readHistory(session));
    const named = (kind: SqlFile['kind']) => steps.filter((file) => file.kind === kind).map(pathOf);
    return { pending: named('numbered'), differing: named('repeatable'), ahead };
  });
}

/**
 * The SQL that {@link migrate} would run now, as one script for an administrator. It changes nothing. The roles must
 * exist: call {@link ensureRoles}, or run the SQL of `RoleSetupError`.
 *
 * @throws MigrationError for each of its codes.
 */
export function migrationSql(database: MigrationDatabase, options: MigrateOptions = {}): Promise<string> {
  return withSession(database, (session) =>
    inTransaction(session, async () => scriptOf((await workFor(session, options)).statements)),
  );
}

async function workFor(session: Session, options: MigrateOptions): Promise<Work> {
  const history = await readHistory(session);
  if (history.length > 0 || (await beginningOf(session)) === 'empty') {
    const packages = withNeeded(options.packages ?? ALL_PACKAGES);
    const { steps, ahead } = planMigration(filesOf(packages), history);
    // A version whose files are all in place is recorded too. Otherwise an older one could still replace functions.
    const isRecorded = history.every((row) => !packages.includes(row.package) || row.version === VERSION);
    const isUpToDate = steps.length === 0 && (isRecorded || ahead.length > 0);
    const statements = [
      { sql: CREATE_HISTORY },
      ...statementsOf(steps),
      ...(isRecorded ? [] : [{ sql: recordVersionOf(packages) }]),
    ];
    return { steps, ahead, statements: isUpToDate ? [] : statements, converts: false };
  }
  if (options.convert !== true) {
    throw new MigrationError(
      'ERR_MIGRATION_NEEDS_CONVERSION',
      'The database is of version 0.1.0. Back it up, stop the servers of that version, and migrate with `convert: true`.',
    );
  }
  // The first version always had all packages.
  const { steps } = planMigration(
    filesOf(ALL_PACKAGES),
    baselines().map((file) => ({ ...file, version: null })),
  );
  return {
    steps,
    ahead: [],
    statements: [{ sql: CREATE_HISTORY }, ...conversion(), ...statementsOf(steps)],
    converts: true,
  };
}

function filesOf(packages: readonly MigrationPackage[] = ALL_PACKAGES): readonly SqlFile[] {
  return withNeeded(packages).flatMap((name) => sqlFilesOf(name));
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    for (const { sql } of BEGIN) await session.query(sql);
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that broke has rolled back already; its own error says more.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function run(session: Session, { sql, file }: Statement): Promise<void> {
  try {
    await session.query(sql);
  } catch (error) {
    // 42P13: other result, parameter names or defaults; 42P16: other columns of a view.
    if (file?.kind === 'repeatable' && ['42P13', '42P16'].includes((error as { code?: string }).code ?? '')) {
      throw signatureChanged(pathOf(file), error instanceof Error ? error.message : String(error), error);
    }
    throw error;
  }
}

/** CREATE OR REPLACE with other parameter types makes a second function, and callers may keep calling the first. */
async function refuseOverloads(session: Session): Promise<void> {
  const { rows } = await session.query<{ name: string; signatures: string }>(`
    SELECT p.pronamespace::regnamespace || '.' || p.proname AS name, string_agg(p.oid::regprocedure::text, ' and ') AS signatures
    FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN ('sse', 'herald') GROUP BY 1 HAVING count(*) > 1 ORDER BY 1`);
  if (rows[0]) throw signatureChanged(rows[0].name, `there are ${rows[0].signatures}`);
}

function signatureChanged(what: string, detail: string, cause?: unknown): MigrationError {
  return new MigrationError(
    'ERR_MIGRATION_SIGNATURE_CHANGED',
    `${what} has another signature than in the database: ${detail}. Add a numbered file that drops the old one.`,
    { cause },
  );
}
