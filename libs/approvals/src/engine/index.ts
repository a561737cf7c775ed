export type { Actor, Command, Picks, Verb } from './commands.js';
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
} from './definition.js';
export { decide } from './decide.js';
export { diagramOf, type Diagram, type DiagramEdge, type DiagramNode, type NodeState } from './diagram.js';
export {
  EMPTY_DIRECTORY,
  type Department,
  type DirectoryQuestion,
  type DirectorySnapshot,
  type Person,
} from './directory.js';
export type { EventOf, InstanceEvent } from './events.js';
export { evolve, replay } from './evolve.js';
export {
  formSchemaShape,
  validateForm,
  type Fault,
  type FieldSchema,
  type FormData,
  type FormSchema,
} from './form-schema.js';
export { compileGraph, type Graph } from './graph.js';
export { historyOf, type HistoryEntry } from './history.js';
export { parseDefinition, type ParsedDefinition } from './parse-definition.js';
export { REFUSAL_STATUS, type Refusal, type RefusalCode } from './refusal.js';
export { simulate, type SimulatedStep, type Simulation } from './simulate.js';
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
} from './state.js';
export {
  chainStart,
  seal,
  verifyChain,
  type AuditAction,
  type AuditRow,
  type ChainCheck,
  type ChainOwner,
  type PersonalText,
} from './audit-chain.js';
export type { DecideContext, Decision } from './work.js';
