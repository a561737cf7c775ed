export {
  INSTANCE_UPDATED,
  STATUS_CHANGED,
  TASK_CLOSED,
  TASK_CREATED,
  TASK_UPDATED,
  TASKS_COUNT,
  type InstanceUpdated,
  type StatusChanged,
  type TaskEvent,
  type TasksCount,
} from './application/announce/approval-events.js';
export {
  ApprovalHooks,
  type ApprovalHandlers,
  type Hook,
  type HookContext,
} from './application/announce/approval-hooks.js';
export { ApprovalTopics } from './application/announce/approval-topics.js';
export { ApprovalRefusal, type ApprovalRefusalCode } from './application/approval.errors.js';
export { callerOf, type Caller } from './application/caller.js';
export type { DefineProcess } from './application/check-definition.js';
export { DefinitionsService, type ProcessWithDrawing } from './application/definitions.service.js';
export { InstancesService, type StartInstance, type SubmitInstance } from './application/instances.service.js';
export { TasksService, type DecidedTask, type TaskActions, type TaskCommand } from './application/tasks.service.js';
export type { ApprovalModuleExtras, ApprovalOptions } from './approvals.module-definition.js';
export { ApprovalsModule } from './approvals.module.js';
export type { Definition, DefinitionInput } from './engine/definition/definition.js';
export type { Fault } from './engine/form/fault.js';
export type { CommandBody } from './engine/instance/command.js';
export type { InstanceStatus, TaskStatus } from './engine/instance/instance-state.js';
export { parseDefinition, type ParsedDefinition } from './engine/validation/parse-definition.js';
export { approvalSchemas } from './http/approval-schemas.js';
export { READY_MADE_PROCESSES } from './processes/index.js';
export type { Process } from './store/definition-store.js';
export type { Instance } from './store/instance-store.js';
export type { ApprovalTask } from './store/task-store.js';
export type { ProcessVersion } from './store/version-store.js';
