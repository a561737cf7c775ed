import { recordOf } from './history.js';
import { schemaOf } from './packages.js';
import { pathOf, type SqlFile } from './sql-file.js';

/** Advisory lock: one session at a time migrates a database. "herald" in ASCII. */
const MIGRATION_LOCK = '114849008346212';

/** A part of a migration that runs as one query. */
export interface Statement {
  readonly sql: string;
  /** The file that it runs, for messages. */
  readonly file?: SqlFile;
}

/**
 * First statements of the transaction. The lock is taken without a time limit, whatever the limits of the login are: the
 * second server waits for the first, and then reads what that has committed, which needs READ COMMITTED.
 * Bodies of functions are not checked when they are created, so that functions may be created in any order.
 */
export const BEGIN: readonly Statement[] = [
  `BEGIN ISOLATION LEVEL READ COMMITTED;`,
  `SET LOCAL lock_timeout = 0;`,
  `SET LOCAL statement_timeout = 0;`,
  `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK});`,
  `SET LOCAL lock_timeout = '10s';`,
  `SET LOCAL check_function_bodies = off;`,
  `SET LOCAL ROLE herald_owner;`,
].map((sql) => ({ sql }));

/** Statements that run these files and record each. A file may change the role; the next one begins as herald_owner. */
export function statementsOf(steps: readonly SqlFile[]): readonly Statement[] {
  return steps.map((file) => ({ file, sql: `${bodyOf(file)}\nSET LOCAL ROLE herald_owner;\n${recordOf(file)}` }));
}

/** A script that an administrator can run with `psql`. */
export function scriptOf(statements: readonly Statement[]): string {
  const texts = statements.map(({ sql, file }) => (file === undefined ? sql : `\n-- ${pathOf(file)}\n${sql}`));
  return `${[...BEGIN.map(({ sql }) => sql), ...texts, 'COMMIT;'].join('\n')}\n`;
}

/** Only its owner may replace a function, and herald_system needs CREATE for it, which it otherwise lacks. */
function bodyOf(file: SqlFile): string {
  if (file.kind === 'numbered') return file.sql;
  const schema = schemaOf(file.package);
  return `GRANT CREATE ON SCHEMA ${schema} TO herald_system;
${file.sql}SET LOCAL ROLE herald_owner;
REVOKE CREATE ON SCHEMA ${schema} FROM herald_system;`;
}
