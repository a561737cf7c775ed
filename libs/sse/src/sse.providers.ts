import { Logger, type Provider } from '@nestjs/common';
import { AUTHENTICATOR, type Authenticator } from './seams/authenticator.js';
import { BACKPLANE, type Backplane } from './backplane/backplane.js';
import { MemoryBackplane } from './backplane/memory-backplane.js';
import {
  CLOCK,
  type Clock,
  ID_GENERATOR,
  type IdGenerator,
  randomIdGenerator,
  systemClock,
} from '@nest-herald/platform';
import { ClusterStats } from './control/cluster-stats.js';
import { ConnectionControl } from './control/connection-control.js';
import { ConnectionRights } from './control/connection-rights.js';
import { MemoryControlMailbox } from './control/memory-control-mailbox.js';
import { MemoryRevocationStore } from './control/memory-revocation-store.js';
import { ServerRequests } from './control/server-requests.js';
import { Revocations } from './control/revocations.js';
import { CONTROL_MAILBOX, type ControlMailbox } from './seams/control-mailbox.js';
import { Entitlements } from './control/entitlements.js';
import { EVENT_LOG, type EventLog } from './event-log/event-log.js';
import { MemoryEventLog } from './event-log/memory-event-log.js';
import { Credentials } from './http/identity/credentials.js';
import { decideTopics, queryTopicResolver } from './http/stream/topic-request.js';
import { JwtAuthenticator } from './http/identity/jwt-authenticator.js';
import { LongPoll } from './http/poll/long-poll.js';
import { MemoryTicketStore } from './http/identity/memory-ticket-store.js';
import { PROBLEM_HOOKS, ProblemFilter } from '@nest-herald/platform/http';
import { SseProblemHooks } from './http/problem/sse-problem-hooks.js';
import { StreamProblemFilter } from './http/stream/stream-problem.filter.js';
import { SseAuthGuard } from './http/identity/sse-auth.guard.js';
import { OpenStreamGuard } from './http/stream/open-stream.guard.js';
import { StreamIntake } from './http/stream/stream-intake.js';
import { StreamTickets } from './http/identity/stream-ticket.js';
import { TokenTopicAuthorizer } from './http/identity/topic-authorizer.js';
import { Hub } from './hub/hub.js';
import { SseCounters } from './observability/sse-counters.js';
import { MemoryPresence } from './presence/memory-presence.js';
import { PRESENCE, type Presence } from './presence/presence.js';
import { REVOCATION_STORE, type RevocationStore } from './seams/revocation-store.js';
import { EventPublisher } from './broker/event-publisher.js';
import { SseBroker } from './broker/sse-broker.js';
import { SseMetrics } from './sse-metrics.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from './options/sse.options.js';
import { TICKET_STORE, type TicketStore } from './seams/ticket-store.js';
import { TOPIC_AUTHORIZER, type TopicAuthorizer } from './seams/topic-authorizer.js';
import { TOPIC_RESOLVER, type TopicResolver } from './seams/topic-resolver.js';

/** A provider made from the resolved options alone. */
function fromOptions<T>(provide: symbol, make: (options: ResolvedSseOptions) => T): Provider<T> {
  return { provide, useFactory: make, inject: [SSE_OPTIONS] };
}

/** The seams: what the host passed, else the default. */
export const seamProviders: readonly Provider[] = [
  fromOptions<Clock>(CLOCK, (options) => options.clock ?? systemClock),
  fromOptions<IdGenerator>(ID_GENERATOR, (options) => options.idGenerator ?? randomIdGenerator),
  fromOptions<EventLog>(EVENT_LOG, (options) => options.eventLog ?? new MemoryEventLog()),
  fromOptions<Backplane>(BACKPLANE, (options) => options.backplane ?? new MemoryBackplane()),
  fromOptions<Presence>(PRESENCE, (options) => options.presence ?? new MemoryPresence(options.clock ?? systemClock)),
  fromOptions<TicketStore>(
    TICKET_STORE,
    (options) => options.ticketStore ?? new MemoryTicketStore(options.clock ?? systemClock),
  ),
  {
    provide: CONTROL_MAILBOX,
    inject: [EVENT_LOG, CLOCK, SSE_OPTIONS],
    useFactory: (eventLog: EventLog, clock: Clock, options: ResolvedSseOptions) =>
      options.controlMailbox ?? eventLog.controlMailbox ?? new MemoryControlMailbox(clock),
  },
  {
    provide: REVOCATION_STORE,
    inject: [EVENT_LOG, CLOCK, SSE_OPTIONS],
    useFactory: (eventLog: EventLog, clock: Clock, options: ResolvedSseOptions) =>
      options.revocationStore ?? eventLog.revocationStore ?? new MemoryRevocationStore(eventLog, clock),
  },
  fromOptions<TopicAuthorizer>(TOPIC_AUTHORIZER, (options) => options.topicAuthorizer ?? new TokenTopicAuthorizer()),
  fromOptions<TopicResolver>(TOPIC_RESOLVER, (options) => options.topicResolver ?? queryTopicResolver),
  fromOptions<Authenticator>(AUTHENTICATOR, authenticatorOf),
];

function authenticatorOf(options: ResolvedSseOptions): Authenticator {
  if (options.authenticator !== undefined) return options.authenticator;
  if (options.jwt !== null) return new JwtAuthenticator(options.jwt, options.clock ?? systemClock);
  // resolveSseOptions refuses this.
  throw new TypeError('Neither jwt nor authenticator is set. Pass one of them to forRoot.');
}

/** The parts of the module. */
export const partProviders: readonly Provider[] = [
  SseCounters,
  {
    provide: Entitlements,
    inject: [TOPIC_AUTHORIZER, SSE_OPTIONS],
    useFactory: (topicAuthorizer: TopicAuthorizer, options: ResolvedSseOptions) =>
      new Entitlements({
        topicAuthorizer,
        audienceResolver: options.audienceResolver,
        topicDecisionTimeoutMs: options.topicDecisionTimeoutMs,
        logger: new Logger('SseEntitlements'),
      }),
  },
  {
    provide: StreamTickets,
    inject: [TICKET_STORE, CLOCK, ID_GENERATOR, SSE_OPTIONS],
    useFactory: (store: TicketStore, clock: Clock, ids: IdGenerator, options: ResolvedSseOptions) =>
      new StreamTickets(store, clock, ids, options.connectsPerMinute),
  },
  {
    provide: Revocations,
    inject: [REVOCATION_STORE, CLOCK, SSE_OPTIONS],
    useFactory: (store: RevocationStore, clock: Clock, options: ResolvedSseOptions) =>
      new Revocations(store, clock, options.maxTokenLifeMs),
  },
  {
    provide: ConnectionRights,
    inject: [Hub, Entitlements, Revocations],
    useFactory: (hub: Hub, entitlements: Entitlements, revocations: Revocations) =>
      new ConnectionRights({ hub, entitlements, revocations, logger: new Logger('SseRights') }),
  },
  {
    provide: ServerRequests,
    inject: [Hub, CONTROL_MAILBOX, ID_GENERATOR],
    useFactory: (hub: Hub, mailbox: ControlMailbox, ids: IdGenerator) =>
      new ServerRequests({ hub, mailbox, ids, logger: new Logger('SseServerRequests') }),
  },
  {
    provide: ConnectionControl,
    inject: [Hub, ConnectionRights, ServerRequests, Entitlements, SSE_OPTIONS],
    useFactory: (
      hub: Hub,
      rights: ConnectionRights,
      requests: ServerRequests,
      entitlements: Entitlements,
      options: ResolvedSseOptions,
    ) =>
      new ConnectionControl({
        hub,
        rights,
        requests,
        decideTopics: (topics, principal) => decideTopics(topics, principal, entitlements, options),
        logger: new Logger('SseControl'),
      }),
  },
  {
    provide: ClusterStats,
    inject: [Hub, ServerRequests],
    useFactory: (hub: Hub, requests: ServerRequests) =>
      new ClusterStats({ hub, requests, logger: new Logger('SseStats') }),
  },
  {
    provide: Credentials,
    inject: [AUTHENTICATOR, StreamTickets, Revocations, SSE_OPTIONS],
    useFactory: (
      authenticator: Authenticator,
      tickets: StreamTickets,
      revocations: Revocations,
      options: ResolvedSseOptions,
    ) =>
      new Credentials({
        authenticator,
        tickets,
        isRevoked: (principal) => revocations.isRevoked(principal),
        cookieName: options.cookieName,
        allowedOrigins: options.allowedOrigins,
        allowQueryToken: options.allowQueryToken,
      }),
  },
  {
    provide: Hub,
    inject: [EVENT_LOG, BACKPLANE, PRESENCE, CLOCK, ID_GENERATOR, SSE_OPTIONS, Revocations],
    useFactory: (
      eventLog: EventLog,
      backplane: Backplane,
      presence: Presence,
      clock: Clock,
      ids: IdGenerator,
      options: ResolvedSseOptions,
      revocations: Revocations,
    ) =>
      new Hub({
        revocations,
        nodeId: ids.random(9),
        options,
        eventLog,
        backplane,
        presence,
        clock,
        ids,
        logger: new Logger('SseHub'),
      }),
  },
  EventPublisher,
  SseBroker,
  SseMetrics,
  StreamIntake,
  LongPoll,
  SseAuthGuard,
  OpenStreamGuard,
  SseProblemHooks,
  { provide: PROBLEM_HOOKS, useExisting: SseProblemHooks },
  ProblemFilter,
  StreamProblemFilter,
];
