import type { KeyedWriteResponse } from './idempotency.js';

/** Sends what has a revision with that as its ETag, for a later `If-Match`. */
export function withTag<T extends { readonly revision: number }>(response: KeyedWriteResponse, body: T): T {
  response.header('ETag', `"${body.revision}"`);
  return body;
}
