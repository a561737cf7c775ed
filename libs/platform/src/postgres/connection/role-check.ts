/** Runs one statement; `pg` pools and clients fit. */
interface Queryable {
  query(sql: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** Faults of the role of a connection. */
export interface RoleFaults {
  readonly role: string;
  /** Row-level security does not apply to this role, so tenants are not isolated. The application must not start. */
  readonly fatal: readonly string[];
  /** Allowed for a host that embeds the library (FORCE covers owners too), but the role can switch the protection off. */
  readonly warnings: readonly string[];
}

const REMEDY =
  'Open every connection with the role herald_app (add options=-c%20role%3Dherald_app to the URL, which the service does itself), or use a login that is a plain member of herald_app.';

/** Checks whether row-level security applies to the current role. */
export async function inspectRole(connection: Queryable): Promise<RoleFaults> {
  const { rows } = await connection.query(`
    SELECT current_user::text AS role, r.rolsuper AS superuser, r.rolbypassrls AS bypass,
           EXISTS (SELECT FROM pg_roles s WHERE s.rolname = 'herald_system' AND pg_has_role(r.oid, s.oid, 'USAGE')) AS system,
           EXISTS (SELECT FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('sse', 'herald'))
                   AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS owner
    FROM pg_roles r WHERE r.rolname = current_user`);
  const [row] = rows;
  if (!row) throw new TypeError('The connection has no current user.');
  const role = String(row.role);
  const fatal: string[] = [];
  const warnings: string[] = [];
  if (row.superuser === true)
    fatal.push(`${role} is a superuser, so row-level security does not apply to it. ${REMEDY}`);
  else {
    if (row.bypass === true) fatal.push(`${role} has BYPASSRLS, so row-level security does not apply to it. ${REMEDY}`);
    if (row.system === true) fatal.push(`${role} inherits herald_system, which sees all tenants. ${REMEDY}`);
    if (row.owner === true)
      warnings.push(`${role} owns tables with tenants' data and could switch their protection off. ${REMEDY}`);
  }
  return { role, fatal, warnings };
}
