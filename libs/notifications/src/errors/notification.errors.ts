import { Refusal, type RefusalOptions } from '@nest-herald/platform/http';

/** Every code of a {@link NotificationRefusal}; stable. */
export type NotificationRefusalCode =
  | 'invalid_request'
  | 'not_found'
  | 'too_many_recipients'
  | 'too_many_categories'
  | 'too_many_items'
  | 'ack_required'
  | 'ack_not_asked'
  | 'precondition_failed';

const STATUS: Readonly<Record<NotificationRefusalCode, number>> = {
  invalid_request: 400,
  not_found: 404,
  too_many_recipients: 413,
  too_many_categories: 409,
  too_many_items: 413,
  ack_required: 409,
  ack_not_asked: 409,
  precondition_failed: 412,
};

/** An expected negative answer to a request about notifications. */
export class NotificationRefusal extends Refusal {
  constructor(code: NotificationRefusalCode, detail: string, options: RefusalOptions = {}) {
    super(STATUS[code], code, detail, options);
    this.name = 'NotificationRefusal';
  }
}

/** The answer for a notification that does not exist, or belongs to another person or tenant. The three must not be distinguishable. */
export function unknownNotification(): NotificationRefusal {
  return new NotificationRefusal('not_found', 'There is no such notification.');
}
