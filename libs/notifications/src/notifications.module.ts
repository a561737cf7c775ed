import { type DynamicModule, Module } from '@nestjs/common';
import { IdempotentRequests, TenantTransaction } from '@nest-herald/platform/postgres';
import { ReaderKeys } from './inbox/reader-keys.js';
import { CountsPusher } from './inbox/counts-pusher.js';
import { InboxController } from './http/inbox.controller.js';
import { InboxService } from './inbox/inbox.service.js';
import { NotificationsController } from './http/notifications.controller.js';
import { Maintenance } from './maintenance/maintenance.js';
import {
  ConfigurableNotificationsModule,
  GIVEN_NOTIFICATION_OPTIONS,
  type NOTIFICATION_MODULE_ASYNC_OPTIONS,
  type NOTIFICATION_MODULE_OPTIONS,
} from './notifications.module-definition.js';
import {
  NOTIFICATION_OPTIONS,
  resolveNotificationOptions,
  type NotificationOptions,
} from './options/notifications.options.js';
import { NOTIFICATION_DATA_SOURCE } from './options/notification-data-source.js';
import { NotificationService } from './send/notifications.service.js';

/**
 * The notification centre. `NotificationsModule.forRoot({})` beside `SseModule` (global) and `TypeOrmModule` adds the inbox
 * over HTTP, its events, and an injectable {@link NotificationService}.
 *
 * Import it after `SseModule`, whose stream may also be mounted at `/api/v1/notifications/stream`.
 */
@Module({
  controllers: [NotificationsController, InboxController],
  providers: [
    {
      provide: NOTIFICATION_OPTIONS,
      useFactory: (given: NotificationOptions) => resolveNotificationOptions(given),
      inject: [GIVEN_NOTIFICATION_OPTIONS],
    },
    TenantTransaction.from(NOTIFICATION_DATA_SOURCE),
    ReaderKeys,
    InboxService,
    NotificationService,
    IdempotentRequests,
    CountsPusher,
    Maintenance,
  ],
  exports: [NotificationService, InboxService, ReaderKeys, IdempotentRequests],
})
export class NotificationsModule extends ConfigurableNotificationsModule {
  /** @throws PlatformError `ERR_SSE_INVALID_OPTIONS` when the application is created. */
  static override forRoot(options: typeof NOTIFICATION_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }

  /** The same with options from a factory or class. `isGlobal` and `dataSource` are passed beside the factory. */
  static override forRootAsync(options: typeof NOTIFICATION_MODULE_ASYNC_OPTIONS): DynamicModule {
    return super.forRootAsync(options);
  }
}
