import { createHash } from 'node:crypto';
import type { WriteRequest } from '@nest-herald/notifications';

/**
 * The part of a batch that concerns one task, as a request of its own: with its own `Idempotency-Key` derived from the
 * batch's, so that a repeated batch repeats no decision and still does what was refused before.
 */
export function requestOfTask(batch: WriteRequest, taskId: string): WriteRequest {
  const key = batch.headers['idempotency-key'];
  const derived =
    typeof key === 'string' ? createHash('sha256').update(`${key}\n${taskId}`).digest('base64url') : undefined;
  const { method, url, originalUrl, body } = batch;
  const { action, comment } = (body ?? {}) as { readonly action?: unknown; readonly comment?: unknown };
  return {
    method,
    url,
    ...(originalUrl === undefined ? {} : { originalUrl }),
    headers: { ...batch.headers, 'idempotency-key': derived ?? key },
    body: { taskId, action, comment },
  };
}
