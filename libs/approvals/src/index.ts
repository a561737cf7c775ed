/** The approval engine of Nest Herald and the module around it; see README.md for its words and its state tables. */
export * from './approval-events.js';
export { ApprovalHooks, type ApprovalHandlers, type Hook, type HookContext } from './approval-hooks.js';
export { ApprovalRefusal, type ApprovalRefusalCode } from './approval.errors.js';
export { ApprovalTopics } from './approval-topics.js';
export type { ApprovalModuleExtras, ApprovalOptions } from './approvals.module-definition.js';
export { ApprovalsModule } from './approvals.module.js';
export { callerOf, type Caller } from './caller.js';
export * from './definitions/definition.schemas.js';
export { DefinitionsService } from './definitions/definitions.service.js';
export * from './engine/index.js';
export * from './instances/instance.schemas.js';
export { ApprovalsService, type NewRequest } from './instances/approvals.service.js';
export type { Page } from './paging.js';
export * from './processes/index.js';
export { INSTANCE_NOTICE, TASK_NOTICE } from './shell/announcer.js';
export * from './tasks/task.schemas.js';
export { TasksService, type Decided, type TaskVerb } from './tasks/tasks.service.js';
