import type pg from 'pg';

/** A table of schema `sse` or `herald`, as the catalog knows it. */
export interface CatalogTable {
  readonly name: string;
  /** Whether it has a column `tenant_id`, so that every row belongs to a tenant. */
  readonly ofTenants: boolean;
  readonly isPartition: boolean;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** Text of the policies for all roles, as `using / check`. */
  readonly policies: readonly string[];
  /** Roles with a privilege of their own, except the owner. */
  readonly grantees: readonly string[];
}

/** The only allowed policy text, as PostgreSQL prints it. */
export const TENANT_POLICY = `(tenant_id = NULLIF(current_setting('herald.tenant_id'::text, true), ''::text))`;

/** All tables and partitions of the schemas that Nest Herald owns. */
export async function catalogTables(client: pg.Client): Promise<CatalogTable[]> {
  const { rows } = await client.query<CatalogTable>(`
    SELECT c.oid::regclass::text AS name, c.relispartition AS "isPartition", c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
      EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS "ofTenants",
      ARRAY(SELECT pg_get_expr(p.polqual, p.polrelid) || ' / ' || pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p
            WHERE p.polrelid = c.oid AND p.polroles = '{0}' AND p.polpermissive AND p.polcmd = '*') AS policies,
      ARRAY(SELECT DISTINCT coalesce(g.rolname, 'PUBLIC')::text FROM aclexplode(c.relacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
            WHERE x.grantee <> c.relowner ORDER BY 1) AS grantees
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('sse', 'herald') AND c.relkind IN ('r', 'p') ORDER BY 1`);
  return rows;
}

/** @returns the faults in the protection of these tables; empty when tenants are isolated. */
export function unprotected(tables: readonly CatalogTable[]): string[] {
  const faults: string[] = [];
  for (const table of tables) {
    if (!table.ofTenants) continue;
    if (!table.enabled) faults.push(`${table.name}: row-level security is not enabled`);
    if (!table.forced) faults.push(`${table.name}: row-level security is not forced`);
    if (table.isPartition && table.grantees.length > 0)
      faults.push(`${table.name}: a partition with grants of its own bypasses its parent's policies`);
    if (!table.isPartition && table.policies.join() !== `${TENANT_POLICY} / ${TENANT_POLICY}`) {
      faults.push(`${table.name}: its policies for all roles are ${JSON.stringify(table.policies)}`);
    }
  }
  return faults;
}
