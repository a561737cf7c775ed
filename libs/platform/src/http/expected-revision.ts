import { Refusal } from '../problem/refusal.js';

/**
 * Reads `If-Match`.
 * @returns undefined where any revision will do.
 * @throws Refusal 400 for an `If-Match` that is not one revision.
 */
export function expectedRevision(request: {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}): number | undefined {
  const given = request.headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const revision = typeof given === 'string' ? /^"(\d{1,9})"$/.exec(given)?.[1] : undefined;
  if (revision === undefined) {
    throw new Refusal(400, 'invalid_request', 'If-Match must be the ETag that an answer had, such as "3".');
  }
  return Number(revision);
}
