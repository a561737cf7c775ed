/** Role in which everything of an application runs; row-level security binds it. */
export const APP_ROLE = 'herald_app';

/**
 * The same login, taking a role at the start of every connection (`-c role=…`), before the first statement can run.
 *
 * @param role plain identifier. @defaultValue `herald_app`
 */
export function withRole(connectionString: string, role: string = APP_ROLE): string {
  const url = new URL(connectionString);
  const given = url.searchParams.get('options');
  url.searchParams.set('options', [given, `-c role=${role}`].filter(Boolean).join(' '));
  return url.href;
}
