/** The role of all connections of an application. Row-level security applies to it. */
const APP_ROLE = 'herald_app';

/**
 * Returns the URL with `-c role=…`, which sets the role at the start of every connection, before the first statement.
 *
 * @param role plain identifier. @defaultValue `herald_app`
 */
export function withRole(connectionString: string, role: string = APP_ROLE): string {
  const url = new URL(connectionString);
  const given = url.searchParams.get('options');
  url.searchParams.set('options', [given, `-c role=${role}`].filter(Boolean).join(' '));
  return url.href;
}
