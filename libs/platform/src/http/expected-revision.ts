import { Refusal } from '../problem/refusal.js';

/**
 * Reads `If-Match`.
 * @returns the revision, or undefined when any revision is accepted.
 * @throws Refusal 400 for an `If-Match` that is not exactly one revision.
 */
export function expectedRevision(request: {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}): number | undefined {
  const given = request.headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const revision = typeof given === 'string' ? /^"(\d{1,9})"$/.exec(given)?.[1] : undefined;
  if (revision === undefined) {
    throw new Refusal(400, 'invalid_request', 'If-Match must be the ETag of an answer, such as "3".');
  }
  return Number(revision);
}
