import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { NOTIFICATION_DATA_SOURCE } from './options/notification-data-source.js';
import type { NotificationOptions } from './options/notifications.options.js';

/** Settings of the module definition, beside the options. */
export interface NotificationModuleExtras {
  /** Makes the exports visible in all modules. @defaultValue false */
  readonly isGlobal?: boolean;
  /** Name of the TypeORM data source, if the host has several. Its connections use the role `herald_app`. @defaultValue the unnamed one */
  readonly dataSource?: string;
}

/** Builds `NotificationsModule.forRoot` and `forRootAsync`. */
export const {
  ConfigurableModuleClass: ConfigurableNotificationsModule,
  MODULE_OPTIONS_TOKEN: GIVEN_NOTIFICATION_OPTIONS,
  OPTIONS_TYPE: NOTIFICATION_MODULE_OPTIONS,
  ASYNC_OPTIONS_TYPE: NOTIFICATION_MODULE_ASYNC_OPTIONS,
} = new ConfigurableModuleBuilder<NotificationOptions>({ moduleName: 'Notifications' })
  .setClassMethodName('forRoot')
  .setExtras<NotificationModuleExtras>({ isGlobal: false }, withDataSource)
  .build();

function withDataSource(definition: DynamicModule, extras: NotificationModuleExtras): DynamicModule {
  return {
    ...definition,
    global: extras.isGlobal === true,
    providers: [
      ...(definition.providers ?? []),
      { provide: NOTIFICATION_DATA_SOURCE, useExisting: getDataSourceToken(extras.dataSource) },
    ],
  };
}
