import type { WriteResponse } from '@nest-herald/notifications';

/** Sends what has a revision with that as its ETag, for a later `If-Match` (api.md §2). */
export function withTag<T extends { readonly revision: number }>(response: WriteResponse, body: T): T {
  response.header('ETag', `"${body.revision}"`);
  return body;
}
