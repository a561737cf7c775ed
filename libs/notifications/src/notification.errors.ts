import { HttpException } from '@nestjs/common';

/** Every code with which this feature refuses a request (api.md §2 and §5); stable. */
export type NotificationRefusalCode =
  | 'invalid_request'
  | 'not_found'
  | 'too_many_recipients'
  | 'too_many_categories'
  | 'too_many_items'
  | 'ack_required'
  | 'ack_not_asked'
  | 'precondition_failed'
  | 'idempotency_in_progress'
  | 'idempotency_mismatch'
  | 'busy';

const STATUS: Readonly<Record<NotificationRefusalCode, number>> = {
  invalid_request: 400,
  not_found: 404,
  too_many_recipients: 413,
  too_many_categories: 409,
  too_many_items: 413,
  ack_required: 409,
  ack_not_asked: 409,
  precondition_failed: 412,
  idempotency_in_progress: 409,
  idempotency_mismatch: 422,
  busy: 503,
};

/** One field of a request that cannot be accepted. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/**
 * A request that is turned away. The body is what a problem document needs: `code`, `detail`, and `errors` for fields; the
 * service's filter completes it, and without a filter Nest answers with it as it is.
 */
export class NotificationRefusal extends HttpException {
  constructor(
    readonly code: NotificationRefusalCode,
    detail: string,
    options: { readonly errors?: readonly FieldFault[]; readonly cause?: unknown } = {},
  ) {
    super(
      {
        code,
        detail,
        // Whoever held the row is done in a moment.
        ...(code === 'busy' ? { retryAfterMs: 1_000 } : {}),
        ...(options.errors === undefined ? {} : { errors: options.errors }),
      },
      STATUS[code],
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.name = 'NotificationRefusal';
    this.message = detail;
  }
}

/** The one answer for what does not exist, is another person's, or is another tenant's: nobody can tell them apart. */
export function unknownNotification(): NotificationRefusal {
  return new NotificationRefusal('not_found', 'There is no such notification.');
}
