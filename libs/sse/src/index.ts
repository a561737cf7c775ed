export { type AudienceKey, keysOfPrincipal, TENANT_KEY, userKey } from './vocabulary/audience.js';
export { AUDIENCE_RESOLVER, type AudienceResolver } from './seams/audience-resolver.js';
export { AUTHENTICATOR, type Authenticator } from './seams/authenticator.js';
export {
  BACKPLANE,
  type Backplane,
  type BackplaneMessage,
  type ControlMessage,
  MAX_CONTROL_BYTES,
} from './backplane/backplane.js';
export { MemoryBackplane } from './backplane/memory-backplane.js';
export type { Connection } from './connection/connection.js';
export type { CloseOptions } from './connection/control-frames.js';
export { CONTROL_MAILBOX, type ServerRequest, type ControlMailbox } from './seams/control-mailbox.js';
export { MemoryControlMailbox } from './control/memory-control-mailbox.js';
export { MemoryRevocationStore } from './control/memory-revocation-store.js';
export { Revocations } from './control/revocations.js';
export type { PreparedStream } from './connection/stream-request.js';
export { Entitlements, type TopicDecision } from './control/entitlements.js';
export type { EphemeralEvent, EventInput, LoggedEvent, NewEvent, Tx } from './vocabulary/envelope.js';
export {
  EVENT_LOG,
  type EventLog,
  type Hint,
  type HintSinks,
  type LogBacklog,
  type LogBounds,
  type ReplayPage,
  type ReplayRequest,
} from './event-log/event-log.js';
export { MemoryEventLog } from './event-log/memory-event-log.js';
export {
  type AnyEvents,
  type EventInputOf,
  type EventType,
  type FollowedEvent,
  type JsonForm,
  parsePayload,
  type PayloadText,
} from './vocabulary/event-map.js';
export { Credentials } from './http/identity/credentials.js';
export { expressMessages, type ExpressPrototypes, type MessageClasses } from './http/stream/express-messages.js';
export { MemoryTicketStore } from './http/identity/memory-ticket-store.js';
export { onlineUsersQuerySchema, statsQuerySchema } from './http/operations/operation-queries.js';
export { StreamProblemFilter } from './http/stream/stream-problem.filter.js';
export {
  type RevocationRequest,
  revocationRequestSchema,
  type TopicsRequest,
  topicsRequestSchema,
} from './http/operations/control-bodies.js';
export type { RevocationAnswer, TokenRefreshAnswer } from './http/operations/connections.controller.js';
export { SSE_STREAM_ROUTE, StreamRoute } from './http/stream/route-metadata.js';
export { legacySendRequestSchema, type SendRequest, sendRequestSchema } from './http/operations/send-request.js';
export { SseAuthGuard } from './http/identity/sse-auth.guard.js';
export type {
  OnlineUsersAnswer,
  SendAnswer,
  StatsAnswer,
  TicketAnswer,
  UserPresenceAnswer,
} from './http/operations/sse-operations.controller.js';
export { STREAM_ALIASES } from './http/stream/sse.controller.js';
export { StreamIntake, type StreamRouteOptions } from './http/stream/stream-intake.js';
export { keepPrepared, streamResponse } from './http/stream/stream-response.js';
export { type IssuedTicket, StreamTickets } from './http/identity/stream-ticket.js';
export { isReservedTopic } from '@nest-herald/sse-protocol';
export { anyTopicRule, TokenTopicAuthorizer } from './http/identity/topic-authorizer.js';
export { ConnectedPeople, type ConnectedPeopleOptions } from './hub/presence/connected-people.js';
export { type AddressedEvent, Hub } from './hub/hub.js';
export type { HubStats } from './hub/hub-stats.js';
export type { ClaimNames, JwtOptions } from './options/jwt.options.js';
export type {
  ConnectionDiagnostic,
  DeliveryDiagnostic,
  PublicationDiagnostic,
  RefusalDiagnostic,
} from './observability/diagnostics.js';
export { LatencyHistogram, type LatencySnapshot } from './observability/latency-histogram.js';
export { SseCounters, type SseCounts } from './observability/sse-counters.js';
export { type MetricFamily, type MetricSample, prometheusText } from './observability/metric-family.js';
export { isTraceparent } from './vocabulary/traceparent.js';
export type {
  ClusterSlots,
  OverLimitUser,
  RemoteCounts,
  SlotRequest,
  TenantUser,
  NeededCounts,
} from './presence/cluster-slots.js';
export { MemoryPresence } from './presence/memory-presence.js';
export {
  type OnlinePage,
  type OnlineQuery,
  type OnlineUser,
  PRESENCE,
  type Presence,
  PRESENCE_TOPIC,
  type PresenceChange,
  type PresenceCounts,
  type PresenceEntry,
  type PresenceServer,
  type Transport,
  type UserPresence,
} from './presence/presence.js';
export type { Audience } from './vocabulary/publication.js';
export { type RefusalDetails, SseRefusal } from './vocabulary/refusal.js';
export { type Revocation, type RevocationTarget, revokes } from './vocabulary/revocation.js';
export { REVOCATION_STORE, type RevocationStore } from './seams/revocation-store.js';
export type { SendOptions, SendReceipt } from './broker/event-publisher.js';
export { SseBroker, type FollowFilter } from './broker/sse-broker.js';
export { SseMetrics } from './sse-metrics.js';
export { SseError, type SseErrorCode } from './vocabulary/sse.errors.js';
export { SseModule } from './sse.module.js';
export type { SseModuleExtras } from './sse.module-definition.js';
export { type ResolvedSseOptions, resolveSseOptions, SSE_OPTIONS, type SseOptions } from './options/sse.options.js';
export { TICKET_STORE, type TicketRecord, type TicketStore } from './seams/ticket-store.js';
export { TOPIC_AUTHORIZER, type TopicAuthorizer } from './seams/topic-authorizer.js';
export { TOPIC_RESOLVER, type TopicResolver } from './seams/topic-resolver.js';
