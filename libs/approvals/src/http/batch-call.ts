import { createHash } from 'node:crypto';
import type { KeyedWriteResponse } from '@nest-herald/platform/http';
import type { ApprovalCall } from './approval-call.js';

/** The headers of one task's answer are not headers of the batch. */
const NO_HEADERS: KeyedWriteResponse = { header: () => undefined };

/**
 * Makes the call for one task of a batch. Its `Idempotency-Key` is derived from that of the batch: a repeated batch repeats no
 * decision, and executes the commands that were refused before.
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
  return { ...call, request, response: NO_HEADERS };
}
