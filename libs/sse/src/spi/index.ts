/** Types for authors of adapters, and the implementations in memory. The contract suites are in `@nest-herald/sse/testing`. */
export {
  BACKPLANE,
  type Backplane,
  type BackplaneMessage,
  type ControlMessage,
  MAX_CONTROL_BYTES,
} from '../backplane/backplane.js';
export { MemoryBackplane } from '../backplane/memory-backplane.js';
export { MemoryControlMailbox } from '../control/memory-control-mailbox.js';
export { MemoryRevocationStore } from '../control/memory-revocation-store.js';
export {
  EVENT_LOG,
  type EventLog,
  type Hint,
  type HintSinks,
  type LogBacklog,
  type LogBounds,
  type ReplayPage,
  type ReplayRequest,
} from '../event-log/event-log.js';
export { MemoryEventLog } from '../event-log/memory-event-log.js';
export { MemoryTicketStore } from '../http/identity/memory-ticket-store.js';
export type {
  ClusterSlots,
  NeededCounts,
  OverLimitUser,
  RemoteCounts,
  SlotRequest,
  TenantUser,
} from '../presence/cluster-slots.js';
export { MemoryPresence } from '../presence/memory-presence.js';
export {
  PRESENCE,
  type Presence,
  PRESENCE_TOPIC,
  type PresenceChange,
  type PresenceCounts,
  type PresenceServer,
} from '../presence/presence.js';
export type { ControlMailbox, ServerRequest } from '../seams/control-mailbox.js';
export type { RevocationStore } from '../seams/revocation-store.js';
export type { TicketRecord, TicketStore } from '../seams/ticket-store.js';
export type { EphemeralEvent, LoggedEvent, NewEvent } from '../vocabulary/envelope.js';
