/** A connection of a login that may create roles, outside a transaction; a `pg` client fits. */
export interface RoleConnection {
  query(sql: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** The login lacks the right to set up the roles. The message holds the SQL for an administrator. */
export class RoleSetupError extends Error {
  readonly code = 'ERR_HERALD_ROLES';
  readonly exitCode = 78;

  constructor(
    readonly sql: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `The database login may not set up the roles of Nest Herald. Let an administrator run this once, then start again:\n${sql}`,
      options,
    );
    this.name = 'RoleSetupError';
  }
}

interface Facts {
  readonly login: string;
  readonly database: string;
  readonly superuser: boolean;
  readonly version: number;
  readonly missing: readonly string[];
  readonly grants: readonly string[];
}

const RETRIES = 10;

/**
 * Creates the roles that isolate tenants, as far as they are missing: `herald_owner` owns all tables,
 * `herald_app` serves all requests, `herald_system` owns the few functions that work across tenants. None of them can log
 * in. The login becomes a member of the first two, so that it can open connections with `-c role=…`.
 * Roles belong to the whole cluster: concurrent calls, also from other databases, are safe.
 *
 * @throws RoleSetupError when the login lacks the right to do it.
 */
export async function ensureRoles(connection: RoleConnection): Promise<void> {
  try {
    await untilComplete(connection);
  } finally {
    // A pool gets the connection back with the role with which it opened it. A broken connection has no role.
    await connection.query('RESET ROLE').catch(() => undefined);
  }
}

async function untilComplete(connection: RoleConnection): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // A failed attempt may have left the owner's role; a data source may open its connections with -c role=….
    await connection.query('SET ROLE NONE');
    const facts = await readFacts(connection);
    const statements = statementsFor(facts);
    try {
      for (const statement of statements) await connection.query(statement);
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === '42501') throw new RoleSetupError(scriptFor(facts, statements), { cause: error });
      // A concurrent call did the same: the role exists (42710, 23505) or its catalog row changed (XX000). Read again.
      if (!['42710', '23505', '42P06', 'XX000', '40001', '40P01'].includes(code ?? '') || attempt === RETRIES)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}

async function readFacts(connection: RoleConnection): Promise<Facts> {
  const { rows } = await connection.query(`
    SELECT current_user::text AS login, current_database()::text AS database, r.rolsuper AS superuser,
           current_setting('server_version_num')::int AS version
    FROM pg_roles r WHERE r.rolname = current_user`);
  const [row] = rows as unknown as Omit<Facts, 'missing' | 'grants'>[];
  if (!row) throw new TypeError('The connection has no current user.');
  const present = await connection.query(`SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE 'herald\\_%'`);
  const names = new Set(present.rows.map((r) => r.name as string));
  const missing = ['herald_owner', 'herald_app', 'herald_system'].filter((name) => !names.has(name));
  const setMode = row.version >= 160_000 ? 'SET' : 'MEMBER';
  const grants: string[] = [];
  const may = async (who: string, what: string): Promise<boolean> => {
    if (missing.includes(what) || missing.includes(who.replaceAll("'", ''))) return false;
    const { rows: answer } = await connection.query(`SELECT pg_has_role(${who}, '${what}', '${setMode}') AS ok`);
    return answer[0]?.ok === true;
  };
  const withSet = row.version >= 160_000 ? ' WITH INHERIT FALSE, SET TRUE' : '';
  // Migrations create functions as herald_system. Not inherited: the owner must not see all tenants.
  if (!(await may("'herald_owner'", 'herald_system'))) grants.push(`GRANT herald_system TO herald_owner${withSet}`);
  if (!row.superuser) {
    for (const role of ['herald_owner', 'herald_app']) {
      if (!(await may('current_user', role))) grants.push(`GRANT ${role} TO ${quote(row.login)}${withSet}`);
    }
  }
  const create = missing.includes('herald_owner')
    ? false
    : (await connection.query(`SELECT has_database_privilege('herald_owner', current_database(), 'CREATE') AS ok`))
        .rows[0]?.ok === true;
  if (!create) grants.push(`GRANT CONNECT, CREATE ON DATABASE ${quote(row.database)} TO herald_owner`);
  return { ...row, missing, grants };
}

function statementsFor(facts: Facts): string[] {
  return [
    // NOINHERIT: before PostgreSQL 16 this alone keeps the owner from inheriting herald_system's view of all tenants.
    ...facts.missing.map((role) => `CREATE ROLE ${role} NOLOGIN${role === 'herald_owner' ? ' NOINHERIT' : ''}`),
    ...facts.grants,
    'SET ROLE herald_owner',
    // The history of migrations is in it, so it exists before the first of them.
    'CREATE SCHEMA IF NOT EXISTS herald',
  ];
}

function scriptFor(facts: Facts, statements: readonly string[]): string {
  return statements
    .filter((statement) => /^(CREATE ROLE|GRANT)/.test(statement))
    .map((statement) => `${statement};`)
    .concat(`-- in database ${facts.database}, for login ${facts.login}`)
    .join('\n');
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
