export type { Actor, Command, Picks, Verb } from './instance/command.js';
export {
  assigneeShape,
  definitionShape,
  type AssigneeSpec,
  type Definition,
  type DefinitionInput,
  type Edge,
  type Mode,
  type Node,
  type WorkNode,
} from './definition/definition.js';
export { decide } from './decide/decide.js';
export { diagramOf, type Diagram, type DiagramEdge, type DiagramNode, type NodeState } from './diagram/diagram.js';
export {
  EMPTY_DIRECTORY,
  type Department,
  type DirectoryQuestion,
  type DirectorySnapshot,
  type Person,
} from './directory/directory.js';
export type { EventOf, InstanceEvent } from './instance/instance-event.js';
export { evolve, replay } from './instance/evolve.js';
export {
  formSchemaShape,
  validateForm,
  type Fault,
  type FieldSchema,
  type FormData,
  type FormSchema,
} from './form/form-schema.js';
export { compileGraph, type Graph } from './graph/graph.js';
export { historyOf, type HistoryEntry } from './audit/history.js';
export { parseDefinition, type ParsedDefinition } from './validation/parse-definition.js';
export { REFUSAL_STATUS, type Refusal, type RefusalCode } from './instance/refusal.js';
export { simulate, type SimulatedStep, type Simulation } from './decide/simulate.js';
export {
  INSTANCE_STATUSES,
  TASK_STATUSES,
  draftInstance,
  isClosed,
  type InstanceState,
  type InstanceStatus,
  type NewInstance,
  type NodeRun,
  type Suspension,
  type TakenEdge,
  type Task,
  type TaskAction,
  type TaskOrigin,
  type TaskStatus,
  type Token,
} from './instance/instance-state.js';
export {
  chainStart,
  seal,
  verifyChain,
  type AuditAction,
  type AuditRow,
  type ChainCheck,
  type ChainOwner,
  type PersonalText,
} from './audit/audit-chain.js';
export type { DecideContext, Decision } from './decide/transition.js';
