import type { Session } from './session.js';
import type { SqlFile } from './sql-file.js';

/** A row of the history: a file that this database has. */
export type AppliedFile = Pick<SqlFile, 'package' | 'name' | 'checksum'>;

/** Creates the table of the history. herald_app may read it: readiness checks that no numbered file is missing. */
export const CREATE_HISTORY = `CREATE SCHEMA IF NOT EXISTS herald;
CREATE TABLE IF NOT EXISTS herald.schema_history (
  package text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT schema_history_pkey PRIMARY KEY (package, name)
);
GRANT USAGE ON SCHEMA herald TO herald_app;
GRANT SELECT ON herald.schema_history TO herald_app;`;

/** The files that the database has. Empty where no version with this history has run. */
export async function readHistory(session: Session): Promise<readonly AppliedFile[]> {
  if (!(await exists(session, 'herald.schema_history'))) return [];
  const { rows } = await session.query<AppliedFile>(
    'SELECT package, name, checksum FROM herald.schema_history ORDER BY package, name',
  );
  return rows;
}

/** Statement that records a file. Its values are names of files and hex digits. */
export function recordOf({ package: owner, name, checksum }: AppliedFile): string {
  return `INSERT INTO herald.schema_history (package, name, checksum) VALUES ('${owner}', '${name}', '${checksum}')
ON CONFLICT (package, name) DO UPDATE SET checksum = excluded.checksum, applied_at = excluded.applied_at;`;
}

/** Whether a relation exists, for a role that may see it. */
export async function exists(session: Session, relation: string): Promise<boolean> {
  const { rows } = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [relation]);
  return rows[0]?.found === true;
}
