export { ReaderKeys } from './inbox/reader-keys.js';
export { bulkSchema } from './schemas/bulk.js';
export { InboxService, type Page } from './inbox/inbox.service.js';
export { listQuerySchema, type ListQuery } from './schemas/list-query.js';
export type { Reader } from './store/visible.js';
export {
  INBOX_STATES,
  NOTIFICATION_TYPES,
  PRIORITIES,
  type InboxState,
  type ItemOperation,
  type NotificationAction,
  type NotificationItem,
  type NotificationType,
  type PersonalState,
  type Priority,
} from './notification/notification.js';
export {
  NOTIFICATION_COUNTS,
  NOTIFICATION_CREATED,
  NOTIFICATION_MARKED,
  NOTIFICATION_REMOVED,
  NOTIFICATION_UPDATED,
  type NotificationCounts,
  type NotificationCreated,
  type NotificationMarked,
  type NotificationRemoved,
  type NotificationUpdated,
} from './notification/notification-events.js';
export { NotificationRefusal, type NotificationRefusalCode } from './errors/notification.errors.js';
export type { NotificationModuleExtras } from './notifications.module-definition.js';
export { NotificationsModule } from './notifications.module.js';
export type { NotificationOptions } from './options/notifications.options.js';
export {
  countSchema,
  countsSchema,
  itemSchema,
  pageSchema,
  readAllAnswerSchema,
  readAllSchema,
  readManySchema,
  revSchema,
  sentSchema,
  snoozeSchema,
  undoSchema,
} from './schemas/notifications.schemas.js';
export { NotificationService, type RelatedThings, type SendReceipt } from './send/notifications.service.js';
export { sendSchema, targetsSchema, type NotificationTargets, type SendNotification } from './schemas/send-input.js';
export type { Sender, SystemSender } from './send/sender.js';
export type { OriginNotification } from './http/legacy-notifications.js';
