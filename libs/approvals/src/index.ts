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
export * from './instances/instance.schemas.js';
export { ApprovalsService, type NewRequest } from './instances/approvals.service.js';
export * from './processes/index.js';
export { INSTANCE_NOTICE, TASK_NOTICE } from './shell/announcer.js';
export * from './tasks/task.schemas.js';
export { TasksService, type Decided, type TaskVerb } from './tasks/tasks.service.js';
