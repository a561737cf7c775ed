// The module and its options.
export { SseModule } from './sse.module.js';
export type { SseModuleExtras } from './sse.module-definition.js';
export type { SseOptions } from './options/sse.options.js';
export type { JwtOptions } from './options/jwt.options.js';

// Publishing, following and presence.
export { SseBroker } from './broker/sse-broker.js';
export type { SendReceipt } from './broker/event-publisher.js';
export type { EventInput } from './vocabulary/envelope.js';
export { type JsonForm, parsePayload } from './vocabulary/event-map.js';
export { type AudienceKey, TENANT_KEY, userKey } from './vocabulary/audience.js';
export type { Audience } from './vocabulary/publication.js';
export type { PresenceEntry } from './presence/presence.js';
export type { Revocation } from './vocabulary/revocation.js';
export { SseError, type SseErrorCode } from './vocabulary/sse.errors.js';
export { SseRefusal } from './vocabulary/refusal.js';

// Who may connect, follow and receive.
export { SseAuthGuard } from './http/identity/sse-auth.guard.js';
export type { Authenticator } from './seams/authenticator.js';
export type { AudienceResolver } from './seams/audience-resolver.js';
export type { TopicAuthorizer } from './seams/topic-authorizer.js';
export type { TopicResolver } from './seams/topic-resolver.js';
export { anyTopicRule, TokenTopicAuthorizer } from './http/identity/topic-authorizer.js';
export { Entitlements } from './control/entitlements.js';

// Stream routes of the host.
export { StreamIntake } from './http/stream/stream-intake.js';
export { keepPrepared, streamResponse } from './http/stream/stream-response.js';
export { SSE_STREAM_ROUTE, StreamRoute } from './http/stream/route-metadata.js';
export { StreamProblemFilter } from './http/stream/stream-problem.filter.js';
export { STREAM_ALIASES } from './http/stream/sse.controller.js';
export { expressMessages, type ExpressPrototypes } from './http/stream/express-messages.js';
export { sseSchemas } from './http/operations/sse-schemas.js';

// Features that push to the connections of this process.
export { Hub } from './hub/hub.js';
export { ConnectedPeople } from './hub/presence/connected-people.js';
export type { Connection } from './connection/connection.js';

// Operation.
export { SseMetrics } from './sse-metrics.js';
export type {
  ConnectionDiagnostic,
  DeliveryDiagnostic,
  PublicationDiagnostic,
  RefusalDiagnostic,
} from './observability/diagnostics.js';
