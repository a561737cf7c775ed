export { type AudienceKey, keysOfPrincipal, TENANT_KEY, userKey } from './audience.js';
export { AUDIENCE_RESOLVER, type AudienceResolver } from './audience-resolver.js';
export { AUTHENTICATOR, type Authenticator } from './authenticator.js';
export {
  BACKPLANE,
  type Backplane,
  type BackplaneMessage,
  type ControlMessage,
  MAX_CONTROL_BYTES,
} from './backplane/backplane.js';
export { MemoryBackplane } from './backplane/memory-backplane.js';
export { type Clock, CLOCK, systemClock } from './clock.js';
export type { CloseOptions, Connection } from './connection/connection.js';
export { CONTROL_MAILBOX, type ControlLetter, type ControlMailbox } from './control-mailbox.js';
export { MemoryControlMailbox } from './control/memory-control-mailbox.js';
export { MemoryRevocationStore } from './control/memory-revocation-store.js';
export { Revocations } from './control/revocations.js';
export type { PreparedStream } from './connection/stream-request.js';
export { Entitlements, type TopicDecision } from './entitlements.js';
export type { EphemeralEvent, EventInput, LoggedEvent, NewEvent, Tx } from './envelope.js';
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
} from './event-map.js';
export { Credentials } from './http/credentials.js';
export { expressMessages, type ExpressPrototypes, type MessageClasses } from './http/express-messages.js';
export { MemoryTicketStore } from './http/memory-ticket-store.js';
export { onlineUsersQuerySchema, statsQuerySchema } from './http/operation-queries.js';
export { CurrentPrincipal, principalOfRequest, RequirePermission, requirePermission } from './http/permission.js';
export {
  type FieldFault,
  type Problem,
  type ProblemDocument,
  problemDocument,
  problemOf,
} from './http/problem-document.js';
export { ProblemFilter, StreamProblemFilter } from './http/problem-response.js';
export {
  type RevocationRequest,
  revocationRequestSchema,
  type TopicsRequest,
  topicsRequestSchema,
} from './http/control-bodies.js';
export type { RevocationAnswer, SwapAnswer } from './http/connections.controller.js';
export { SSE_STREAM_ROUTE, StreamRoute } from './http/route-metadata.js';
export { SchemaPipe } from './http/schema.pipe.js';
export { originSendRequestSchema, type SendRequest, sendRequestSchema } from './http/send-request.js';
export { SseAuthGuard } from './http/sse-auth.guard.js';
export type {
  OnlineUsersAnswer,
  SendAnswer,
  StatsAnswer,
  TicketAnswer,
  UserPresenceAnswer,
} from './http/sse-operations.controller.js';
export { STREAM_ALIASES } from './http/sse.controller.js';
export { StreamIntake, type StreamTerms } from './http/stream-intake.js';
export { keepPrepared, streamResponse } from './http/stream-response.js';
export { type IssuedTicket, StreamTickets } from './http/stream-ticket.js';
export { isReservedTopic } from '@nest-herald/sse-protocol';
export { anyTopicRule, TokenTopicAuthorizer } from './http/topic-authorizer.js';
export { ConnectedPeople, type ConnectedPeopleOptions } from './hub/connected-people.js';
export { type AddressedEvent, Hub } from './hub/hub.js';
export type { HubStats } from './hub/hub-stats.js';
export type { Idempotency, KeyedWrite, KeyedWriteResponse } from './idempotency.js';
export { ID_GENERATOR, type IdGenerator, randomIdGenerator } from './id-generator.js';
export type { ClaimNames, JwtOptions } from './jwt.options.js';
export type {
  ConnectionDiagnostic,
  DeliveryDiagnostic,
  PublicationDiagnostic,
  RefusalDiagnostic,
} from './observability/diagnostics.js';
export { LatencyHistogram, type LatencySnapshot } from './observability/latency-histogram.js';
export { SseCounters, type SseCounts } from './observability/sse-counters.js';
export { type MetricFamily, type MetricSample, prometheusText } from './observability/metric-family.js';
export { isTraceparent } from './observability/traceparent.js';
export type { ClusterPlaces, Crowd, Elsewhere, Newcomer, TenantUser, WantedCounts } from './presence/cluster-places.js';
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
  type PresenceNode,
  type Transport,
  type UserPresence,
} from './presence/presence.js';
export {
  asTenantId,
  asUserId,
  hasPermission,
  isIdentifier,
  isPermitted,
  type Principal,
  type TenantId,
  type UserId,
} from './principal.js';
export type { Audience } from './publication.js';
export { type RefusalDetails, SseRefusal } from './refusal.js';
export { type Revocation, type RevocationTarget, revokes } from './revocation.js';
export { REVOCATION_STORE, type RevocationStore } from './revocation-store.js';
export { SseBroker, type FollowFilter, type SendOptions, type SendReceipt } from './sse-broker.js';
export { SseMetrics } from './sse-metrics.js';
export { SseError, type SseErrorCode } from './sse.errors.js';
export { SseModule } from './sse.module.js';
export type { SseModuleExtras } from './sse.module-definition.js';
export { type ResolvedSseOptions, resolveSseOptions, SSE_OPTIONS, type SseOptions } from './sse.options.js';
export { TICKET_STORE, type TicketRecord, type TicketStore } from './ticket-store.js';
export { TOPIC_AUTHORIZER, type TopicAuthorizer } from './topic-authorizer.js';
export { TOPIC_RESOLVER, type TopicResolver } from './topic-resolver.js';
