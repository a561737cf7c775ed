/**
 * SQL that hands SECURITY DEFINER functions to `herald_system`, callable by `herald_app` alone. A definer function owned by
 * the owner of the tables would see no row: FORCE binds the owner too.
 *
 * @param schema where the functions are.
 * @param signatures such as `sse.redeem_ticket(bytea)`; trusted text of a migration, never input.
 */
export function systemFunctions(schema: string, ...signatures: readonly string[]): string {
  const each = signatures.map(
    (signature) => `
REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${signature} TO herald_app;
ALTER FUNCTION ${signature} OWNER TO herald_system;`,
  );
  // A new owner needs CREATE on the schema at the moment of the change, and never again.
  return `
GRANT CREATE ON SCHEMA ${schema} TO herald_system;${each.join('')}
REVOKE CREATE ON SCHEMA ${schema} FROM herald_system;`;
}
