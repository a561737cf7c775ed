import { type DynamicModule, Module } from '@nestjs/common';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import type { DataSource } from 'typeorm';
import { ApprovalHooks } from './application/announce/approval-hooks.js';
import {
  APPROVAL_DATA_SOURCE,
  ConfigurableApprovalsModule,
  type APPROVAL_MODULE_ASYNC_OPTIONS,
  type APPROVAL_MODULE_OPTIONS,
} from './approvals.module-definition.js';
import { DefinitionsController } from './http/definitions.controller.js';
import { DefinitionsService } from './application/definitions.service.js';
import { GraphCache } from './application/graph-cache.js';
import { ApprovalRequests } from './http/approval-requests.js';
import { InstancesController } from './http/instances.controller.js';
import { ApprovalsService } from './application/instances.service.js';
import { Announcer } from './application/announce/announcer.js';
import { DirectoryAnswers } from './application/directory-answers.js';
import { InstanceCommands } from './application/command-executor.js';
import { TaskCounts } from './application/announce/task-counts.js';
import { TasksController } from './http/tasks.controller.js';
import { TasksService } from './application/tasks.service.js';

/**
 * Approvals: `ApprovalsModule.forRoot({})` beside `SseModule`, `NotificationsModule` and a `DIRECTORY` (all global) and
 * `TypeOrmModule` gives an application the routes of api.md §6, their events and notifications, and three injectables:
 * {@link ApprovalsService} to start requests in one's own transaction, {@link TasksService}, {@link DefinitionsService};
 * and {@link ApprovalHooks} for what is to happen when a request is decided.
 */
@Module({
  controllers: [DefinitionsController, InstancesController, TasksController],
  providers: [
    {
      provide: TenantTransaction,
      useFactory: (dataSource: DataSource) => new TenantTransaction(dataSource),
      inject: [APPROVAL_DATA_SOURCE],
    },
    ApprovalRequests,
    GraphCache,
    DirectoryAnswers,
    ApprovalHooks,
    Announcer,
    InstanceCommands,
    DefinitionsService,
    ApprovalsService,
    TasksService,
    TaskCounts,
  ],
  exports: [ApprovalHooks, DefinitionsService, ApprovalsService, TasksService],
})
export class ApprovalsModule extends ConfigurableApprovalsModule {
  static override forRoot(options: typeof APPROVAL_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }

  /** The same with options from a factory or class; `isGlobal` and `dataSource` stand beside the factory. */
  static override forRootAsync(options: typeof APPROVAL_MODULE_ASYNC_OPTIONS): DynamicModule {
    return super.forRootAsync(options);
  }
}
