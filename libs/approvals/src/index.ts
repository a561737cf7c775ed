// The module and its options.
export { ApprovalsModule } from './approvals.module.js';
export type { ApprovalOptions } from './approvals.module-definition.js';

// What application code calls.
export { callerOf, type Caller } from './application/caller.js';
export { DefinitionsService } from './application/definitions.service.js';
export type { StartInstance, SubmitInstance } from './application/instance-requests.js';
export { InstancesService } from './application/instances.service.js';
export { TasksService, type TaskCommand } from './application/tasks.service.js';
export { ApprovalRefusal, type ApprovalRefusalCode } from './application/approval.errors.js';
export type { CommandBody } from './engine/instance/command.js';
export type { Instance } from './store/instance-store.js';
export type { ApprovalTask } from './store/task-store.js';

// Processes that a host writes.
export type { Definition, DefinitionInput } from './engine/definition/definition.js';
export { parseDefinition } from './engine/validation/parse-definition.js';
export { READY_MADE_PROCESSES } from './processes/index.js';

// What reaches the host: hooks and events.
export { ApprovalHooks, type Hook, type HookContext } from './application/announce/approval-hooks.js';
export { ApprovalTopics } from './application/announce/approval-topics.js';
export {
  APPROVAL_EVENTS,
  type InstanceUpdated,
  type TaskEvent,
  type TasksCount,
} from './application/announce/approval-events.js';

export { approvalSchemas } from './http/approval-schemas.js';
