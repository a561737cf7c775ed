/** What no log line of any test may contain: every token, ticket and cookie of a suite is a canary. */
const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a token', /\beyJ[\w-]{5,}\.eyJ[\w-]+\.[\w-]{20,}/],
  ['a ticket', /\bticket["']?[=:]["']?\s?[\w-]{43}(?![\w-])/],
  ['a session cookie', /herald_session=[^\s;[]{20,}/],
];

/** @returns the kind of secret that the text contains, never the secret itself; null when there is none. */
export function secretIn(text: string): string | null {
  return SECRETS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
