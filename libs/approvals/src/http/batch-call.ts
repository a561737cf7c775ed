import { createHash } from 'node:crypto';
import type { KeyedWriteResponse } from '@nest-herald/platform/http';
import type { ApprovalCall } from './approval-call.js';

/** Headers of one task's answer are not the batch's. */
const IGNORED: KeyedWriteResponse = { header: () => undefined };

/**
 * The part of a batch that concerns one task, as a request of its own: with its own `Idempotency-Key` derived from the
 * batch's, so that a repeated batch repeats no decision and still does what was refused before.
 */
export function callOfTask(call: ApprovalCall, taskId: string): ApprovalCall {
  const batch = call.request;
  const key = batch.headers['idempotency-key'];
  const derived =
    typeof key === 'string' ? createHash('sha256').update(`${key}\n${taskId}`).digest('base64url') : undefined;
  const { method, url, originalUrl, body } = batch;
  const { action, comment } = (body ?? {}) as { readonly action?: unknown; readonly comment?: unknown };
  const request = {
    method,
    url,
    ...(originalUrl === undefined ? {} : { originalUrl }),
    headers: { ...batch.headers, 'idempotency-key': derived ?? key },
    body: { taskId, action, comment },
  };
  return { ...call, request, response: IGNORED };
}
