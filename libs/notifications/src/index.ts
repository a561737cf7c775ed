// The module and its options.
export { NotificationsModule } from './notifications.module.js';
export type { NotificationOptions } from './options/notifications.options.js';

// Sending.
export { NotificationService } from './send/notifications.service.js';
export type { Sender } from './send/sender.js';
export type { SendNotification } from './schemas/send-input.js';
export { NotificationRefusal, type NotificationRefusalCode } from './errors/notification.errors.js';

// The inbox of a person.
export { InboxService } from './inbox/inbox.service.js';
export { ReaderKeys } from './inbox/reader-keys.js';
export type { NotificationItem } from './notification/notification.js';

// Events.
export {
  NOTIFICATION_EVENTS,
  type NotificationCounts,
  type NotificationCreated,
  type NotificationMarked,
  type NotificationRemoved,
  type NotificationUpdated,
} from './notification/notification-events.js';

export { notificationSchemas } from './schemas/notification-schemas.js';
