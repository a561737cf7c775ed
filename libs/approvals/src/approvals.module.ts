import { type DynamicModule, Module } from '@nestjs/common';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import { Announcer } from './application/announce/announcer.js';
import { ApprovalHooks } from './application/announce/approval-hooks.js';
import { EventPublisher } from './application/announce/event-publisher.js';
import { Notifier } from './application/announce/notifier.js';
import { TaskCounts } from './application/announce/task-counts.js';
import { CommandExecutor } from './application/command-executor.js';
import { DefinitionsService } from './application/definitions.service.js';
import { DirectoryAnswers } from './application/directory-answers.js';
import { GraphCache } from './application/graph-cache.js';
import { InstancesService } from './application/instances.service.js';
import { TasksService } from './application/tasks.service.js';
import {
  APPROVAL_DATA_SOURCE,
  ConfigurableApprovalsModule,
  type APPROVAL_MODULE_ASYNC_OPTIONS,
  type APPROVAL_MODULE_OPTIONS,
} from './approvals.module-definition.js';
import { ApprovalRequests } from './http/approval-requests.js';
import { DefinitionsController } from './http/definitions.controller.js';
import { InstancesController } from './http/instances.controller.js';
import { TasksController } from './http/tasks.controller.js';

/**
 * Approvals with their routes, events and notifications. The module needs `SseModule`, `NotificationsModule`
 * and a `DIRECTORY` (all global), and `TypeOrmModule`. It exports {@link InstancesService}, {@link TasksService} and
 * {@link DefinitionsService}, which join the host's transaction, and {@link ApprovalHooks} for the host's code.
 */
@Module({
  controllers: [DefinitionsController, InstancesController, TasksController],
  providers: [
    TenantTransaction.from(APPROVAL_DATA_SOURCE),
    ApprovalRequests,
    GraphCache,
    DirectoryAnswers,
    ApprovalHooks,
    EventPublisher,
    Notifier,
    Announcer,
    CommandExecutor,
    DefinitionsService,
    InstancesService,
    TasksService,
    TaskCounts,
  ],
  exports: [ApprovalHooks, DefinitionsService, InstancesService, TasksService],
})
export class ApprovalsModule extends ConfigurableApprovalsModule {
  static override forRoot(options: typeof APPROVAL_MODULE_OPTIONS): DynamicModule {
    return super.forRoot(options);
  }

  /** Like `forRoot`, with the options from a factory or class; `isGlobal` and `dataSource` stay beside the factory. */
  static override forRootAsync(options: typeof APPROVAL_MODULE_ASYNC_OPTIONS): DynamicModule {
    return super.forRootAsync(options);
  }
}
