import type { KeyedWriteResponse } from './idempotency.js';

/** Sets the revision of a body as the ETag of the response, for a later `If-Match`. */
export function withTag<T extends { readonly revision: number }>(response: KeyedWriteResponse, body: T): T {
  response.header('ETag', `"${body.revision}"`);
  return body;
}
