/** The approval engine of Nest Herald and the module around it; see README.md for its words and its state tables. */
export * from './application/announce/approval-events.js';
export {
  ApprovalHooks,
  type ApprovalHandlers,
  type Hook,
  type HookContext,
} from './application/announce/approval-hooks.js';
export { ApprovalRefusal, type ApprovalRefusalCode } from './application/approval.errors.js';
export { ApprovalTopics } from './application/announce/approval-topics.js';
export type { ApprovalModuleExtras, ApprovalOptions } from './approvals.module-definition.js';
export { ApprovalsModule } from './approvals.module.js';
export { callerOf, type Caller } from './application/caller.js';
export * from './http/definition.schemas.js';
export { DefinitionsService } from './application/definitions.service.js';
export { decide } from './engine/decide/decide.js';
export {
  INSTANCE_STATUSES,
  TASK_STATUSES,
  type InstanceState,
  type InstanceStatus,
  type TaskAction,
  type TaskStatus,
} from './engine/instance/instance-state.js';
export type { Command } from './engine/instance/command.js';
export { EMPTY_DIRECTORY } from './engine/directory/directory.js';
export type { Definition, DefinitionInput } from './engine/definition/definition.js';
export type { Fault } from './engine/form/fault.js';
export { parseDefinition, type ParsedDefinition } from './engine/validation/parse-definition.js';
export * from './http/instance.schemas.js';
export { ApprovalsService, type NewRequest } from './application/instances.service.js';
export * from './processes/index.js';
export { INSTANCE_NOTICE, TASK_NOTICE } from './application/announce/announcer.js';
export * from './http/task.schemas.js';
export { TasksService, type Decided, type TaskVerb } from './application/tasks.service.js';
