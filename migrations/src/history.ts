import type { Session } from './session.js';
import type { MigrationPackage } from './packages.js';
import type { SqlFile } from './sql-file.js';
import { VERSION } from './version.js';

/** A row of the history: a file that this database has. */
export interface AppliedFile extends Pick<SqlFile, 'package' | 'name' | 'checksum'> {
  /** Highest version that has migrated the package. Null in a history that is older than this column. */
  readonly version: string | null;
}

/**
 * Creates the table of the history. herald_app may read it: readiness checks that no numbered file is missing.
 * ALTER TABLE runs only where it is needed: its lock would block readiness checks until the end of the migration.
 */
export const CREATE_HISTORY = `CREATE SCHEMA IF NOT EXISTS herald;
CREATE TABLE IF NOT EXISTS herald.schema_history (
  package text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version text,
  CONSTRAINT schema_history_pkey PRIMARY KEY (package, name)
);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
                 WHERE attrelid = 'herald.schema_history'::regclass AND attname = 'version' AND NOT attisdropped) THEN
    ALTER TABLE herald.schema_history ADD COLUMN version text;
  END IF;
END $$;
GRANT USAGE ON SCHEMA herald TO herald_app;
GRANT SELECT ON herald.schema_history TO herald_app;`;

/** The files that the database has. Empty where no version with this history has run. */
export async function readHistory(session: Session): Promise<readonly AppliedFile[]> {
  if (!(await exists(session, 'herald.schema_history'))) return [];
  // to_jsonb also reads a table that does not have the column yet.
  const { rows } = await session.query<AppliedFile>(
    `SELECT package, name, checksum, to_jsonb(h) ->> 'version' AS version FROM herald.schema_history h ORDER BY package, name`,
  );
  return rows;
}

/** Statement that records a file. Its values are names of files and hex digits. */
export function recordOf({ package: owner, name, checksum }: SqlFile): string {
  return `INSERT INTO herald.schema_history (package, name, checksum, version) VALUES ('${owner}', '${name}', '${checksum}', '${VERSION}')
ON CONFLICT (package, name) DO UPDATE SET checksum = excluded.checksum, applied_at = excluded.applied_at, version = excluded.version;`;
}

/** Statement that records this version for all files of the packages. */
export function recordVersionOf(packages: readonly MigrationPackage[]): string {
  const list = packages.map((name) => `'${name}'`).join(', ');
  return `UPDATE herald.schema_history SET version = '${VERSION}'
WHERE package IN (${list}) AND version IS DISTINCT FROM '${VERSION}';`;
}

/** Whether a relation exists, for a role that may see it. */
export async function exists(session: Session, relation: string): Promise<boolean> {
  const { rows } = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [relation]);
  return rows[0]?.found === true;
}
