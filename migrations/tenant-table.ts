/**
 * SQL that makes a table belong to tenants: row-level security ENABLEd and FORCEd (it binds the owner too), and the one
 * policy text of the house. Without `herald.tenant_id` (or with '', which a finished SET LOCAL leaves behind) no row is visible or writable.
 *
 * @param table schema-qualified name of a table with a column `tenant_id`; trusted text of a migration, never input.
 */
export function tenantTable(table: string): string {
  return `
ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ${table}
  USING (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));`;
}

/** SQL that lets `herald_system`, the owner of the definer functions, see all tenants of this table; for tables that work across tenants only. */
export function systemTable(table: string): string {
  return `
CREATE POLICY system ON ${table} TO herald_system USING (true) WITH CHECK (true);`;
}
