/** Types for authors of adapters, and the implementations in memory. The contract suites are in `@nest-herald/sse/testing`. */
export type { Backplane, BackplaneMessage, ControlMessage } from '../backplane/backplane.js';
export { MemoryBackplane } from '../backplane/memory-backplane.js';
export type { EventLog, Hint, HintSinks, ReplayPage, ReplayRequest } from '../event-log/event-log.js';
export { MemoryEventLog } from '../event-log/memory-event-log.js';
export type {
  ClusterSlots,
  NeededCounts,
  OverLimitUser,
  RemoteCounts,
  SlotRequest,
} from '../presence/cluster-slots.js';
export { MemoryPresence } from '../presence/memory-presence.js';
export { PRESENCE, type Presence, type PresenceChange, type PresenceCounts } from '../presence/presence.js';
export type { ControlMailbox, ServerRequest } from '../seams/control-mailbox.js';
export type { RevocationStore } from '../seams/revocation-store.js';
export type { TicketRecord, TicketStore } from '../seams/ticket-store.js';
export type { EphemeralEvent, LoggedEvent, NewEvent } from '../vocabulary/envelope.js';
