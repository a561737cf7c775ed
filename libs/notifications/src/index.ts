export { ReaderKeys } from './audience/reader-keys.js';
export { DIRECTORY_CHANGED, type DirectoryChanged } from './directory/directory-events.js';
export { DirectoryAudience } from './directory/directory-audience.js';
export {
  departmentSchema,
  personSchema,
  putDepartmentSchema,
  putPersonSchema,
  type DepartmentInput,
  type DepartmentRecord,
  type PersonInput,
  type PersonRecord,
} from './directory/directory-input.js';
export { DirectoryWriter } from './directory/directory-writer.js';
export { DirectoryRefusal, type DirectoryRefusalCode } from './directory/directory.errors.js';
export {
  DIRECTORY,
  type Directory,
  type DirectoryChange,
  type DirectoryDepartment,
  type DirectoryPerson,
} from './directory/directory.js';
export type { DirectoryOptions } from './directory/directory.module-definition.js';
export { DirectoryModule } from './directory/directory.module.js';
export { expectedRevision } from './expected-revision.js';
export { IdempotentRequests, type WriteRequest, type WriteResponse } from './idempotency/idempotent-requests.js';
export type { KeptAnswer } from './idempotency/idempotent-transaction.js';
export { bulkSchema } from './inbox/bulk.js';
export { InboxService, type Page } from './inbox/inbox.service.js';
export { joinTenant } from './join-tenant.js';
export { listQuerySchema, type ListQuery } from './inbox/list-query.js';
export type { Reader } from './inbox/visible.js';
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
} from './notification.js';
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
} from './notification-events.js';
export { NotificationRefusal, type NotificationRefusalCode } from './notification.errors.js';
export type { NotificationModuleExtras } from './notifications.module-definition.js';
export { NotificationsModule } from './notifications.module.js';
export type { NotificationOptions } from './notifications.options.js';
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
} from './notifications.schemas.js';
export { NotificationService, type RelatedThings, type SendReceipt } from './notifications.service.js';
export { sendSchema, targetsSchema, type NotificationTargets, type SendNotification } from './send-input.js';
export type { Sender, SystemSender } from './sender.js';
export { OriginCompatibility } from './origin/origin-compatibility.interceptor.js';
export type { OriginNotification } from './origin/origin-notifications.js';
export { MAX_OFFSET, type OriginPage } from './origin/origin-paging.js';
export { textOf, type Fields, type OriginRequest, type OriginRoute, type OriginRoutes } from './origin/origin-route.js';
export { isStorableText, jsonFault } from './storable-json.js';
