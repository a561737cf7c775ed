import type { Authenticator } from '../seams/authenticator.js';
import type { AudienceResolver } from '../seams/audience-resolver.js';
import type { Backplane } from '../backplane/backplane.js';
import { type Clock, type IdGenerator, OptionFaults } from '@nest-herald/platform';
import type { EventLog } from '../event-log/event-log.js';
import type { Idempotency } from '@nest-herald/platform/http';
import { type JwtOptions, type ResolvedJwtOptions, resolveJwtOptions } from './jwt.options.js';
import type { ControlMailbox } from '../seams/control-mailbox.js';
import type { Presence } from '../presence/presence.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import type { TicketStore } from '../seams/ticket-store.js';
import type { TopicAuthorizer } from '../seams/topic-authorizer.js';
import type { TopicResolver } from '../seams/topic-resolver.js';

/** Injection token of the {@link ResolvedSseOptions}; the module exports it. */
export const SSE_OPTIONS = Symbol('SSE_OPTIONS');

/**
 * Options of `SseModule`. Times are milliseconds, sizes bytes, both whole numbers. The module does not start with a value outside
 * its range or an unknown option. Limits count per process unless presence is shared.
 */
export interface SseOptions {
  /** Time between two heartbeats of one connection, spread by 10 %. Keep it below the idle time-out of every proxy between server and client. 5,000–300,000, 0 = none. @defaultValue 15000 */
  readonly heartbeatIntervalMs?: number;
  /** The `retry:` of every stream: time that a browser waits before it reconnects. Raise it against reconnect storms. 100–300,000. @defaultValue 3000 */
  readonly retryMs?: number;
  /** Time over which a shutdown spreads its `close` events; it then resets the remaining connections. Keep it below the kill time of the process manager. 0–600,000. @defaultValue 10000 */
  readonly drainMs?: number;
  /** Events that may be queued for a client that does not read; beyond it the connection closes with `slow_consumer` and the client resumes later. 1–1,000,000, 0 = only bytes count. @defaultValue 0 */
  readonly clientBufferSize?: number;
  /** Bytes that may be queued for a client that does not read; beyond it ephemeral events are conflated, then the connection closes with `slow_consumer`. 16 KiB–1 GiB, 0 = unbounded. @defaultValue 262144 */
  readonly maxQueuedBytes?: number;
  /** Longest time without a successful write, heartbeats included; beyond it the connection counts as dead. At least two heartbeats. 10,000–86,400,000, 0 = off. @defaultValue 0 */
  readonly idleTimeoutMs?: number;
  /** Age at which a connection must reconnect, spread by 10 %; balances load after a server was added. 60,000–86,400,000, 0 = off. @defaultValue 0 */
  readonly maxConnectionAgeMs?: number;
  /** Connections of this process; beyond it 503 `at_capacity`. 1–1,000,000, 0 = off. @defaultValue 0 */
  readonly maxConnections?: number;
  /** Connections of one tenant on all servers that share presence; beyond it 429 `connection_limit`, so that no tenant can exhaust the cluster. 1–1,000,000, 0 = off. @defaultValue 20000 */
  readonly maxConnectionsPerTenant?: number;
  /** Connections of one user on all servers that share presence; beyond it see {@link onUserLimit}. 1–10,000, 0 = off. @defaultValue 10 */
  readonly maxConnectionsPerUser?: number;
  /** `refuse` answers 429 `connection_limit`; `close-oldest` closes the user's oldest stream on any server, which makes two browser tabs evict each other for ever. @defaultValue `refuse` */
  readonly onUserLimit?: 'refuse' | 'close-oldest';
  /** Streams that a user may open, and tickets that a user may request, per minute on each server; beyond it 429 `rate_limited`. 1–100,000, 0 = off. @defaultValue 120 */
  readonly connectsPerMinute?: number;
  /** Streams that a user may open at once before {@link connectsPerMinute} applies. 1–10,000. @defaultValue 30 */
  readonly connectBurst?: number;
  /** Long polls that a user may send per minute to each server; beyond it 429 `rate_limited`. 1–100,000, 0 = off. @defaultValue 300 */
  readonly pollsPerMinute?: number;
  /** Events that one replay may send; beyond it one `resync`, and the page reloads its state. 1–1,000,000, 0 = off. @defaultValue 1000 */
  readonly replayMaxEvents?: number;
  /** Age of the oldest event that a replay may send; beyond it one `resync`. 1,000–31,536,000,000, 0 = off. @defaultValue 604800000 (7 days) */
  readonly replayMaxAgeMs?: number;
  /** Log rows that one replay may scan, which bounds followers of patterns; beyond it one `resync`. 1–10,000,000, 0 = off. @defaultValue 20000 */
  readonly replayMaxScannedRows?: number;
  /** Events per tenant kept in memory, so that reconnects need not read the log. 1–1,000,000. @defaultValue 1000 */
  readonly ringMaxEvents?: number;
  /** Bytes per tenant kept in memory for the same reason; the bound that is reached first applies. 64 KiB–1 GiB. @defaultValue 4194304 */
  readonly ringMaxBytes?: number;

  /** `false` disables topics: requesting one is 400 `topics_disabled`, sending to one throws `ERR_SSE_TOPICS_DISABLED`. @defaultValue true */
  readonly topics?: boolean;
  /** `refuse` answers 403 `topic_forbidden` when a topic is denied; `omit` opens the stream without it and lists it in `connected.denied`. @defaultValue `refuse` */
  readonly onDeniedTopic?: 'refuse' | 'omit';
  /** Topics that one connection may follow; beyond it 400 `too_many_topics`. 1–1,000, 0 = off. @defaultValue 50 */
  readonly maxTopicsPerConnection?: number;
  /** Time limit of the {@link topicAuthorizer} for all topics of one request; without an answer they are denied. 100–30,000. @defaultValue 2000 */
  readonly topicDecisionTimeoutMs?: number;
  /** Length of path and query of a stream; beyond it 414. Node limits the whole head to 16 KiB. 1,024–65,536, 0 = off. @defaultValue 12288 */
  readonly maxRequestTargetBytes?: number;
  /** Accepts `?token=` and `?access_token=` on streams. Off by default, because URLs end up in logs and histories: 400 `token_in_url`. @defaultValue false */
  readonly allowQueryToken?: boolean;
  /** Cookie with the access token, for pages that use the browser's own EventSource; `false` reads no cookie. @defaultValue `herald_session` */
  readonly cookieName?: string | false;
  /** Other origins whose pages may use the cookie, each as `https://host[:port]`; any other is 403 `origin_forbidden`. @defaultValue none */
  readonly allowedOrigins?: readonly string[];

  /** Longest life of an access token, and so the time that a revocation is kept; a token that lives longer would become valid again. 60,000–31,536,000,000. @defaultValue 2592000000 (30 days) */
  readonly maxTokenLifeMs?: number;

  /** How access tokens are verified. Required unless {@link authenticator} is set. */
  readonly jwt?: JwtOptions;
  /** Verifies tokens instead of {@link jwt}. */
  readonly authenticator?: Authenticator;
  /** Who may follow which topic. @defaultValue what the token's `topics` patterns cover */
  readonly topicAuthorizer?: TopicAuthorizer;
  /** Which topics a request names. @defaultValue `?topics=a,b` and repeated `?topic=` */
  readonly topicResolver?: TopicResolver;
  /** Audience keys that the host's directory adds; an error, or no answer within 10 s, is 503. @defaultValue none */
  readonly audienceResolver?: AudienceResolver;
  /** Stores durable events. @defaultValue in memory: lost with the process, for one process only */
  readonly eventLog?: EventLog;
  /** Carries hints between processes. @defaultValue in memory, for one process only */
  readonly backplane?: Backplane;
  /** Who is online. @defaultValue in memory, for one process only */
  readonly presence?: Presence;
  /** Stores stream tickets. @defaultValue in memory, for one process only */
  readonly ticketStore?: TicketStore;
  /** Stores revocations. @defaultValue that of the {@link eventLog}, else in memory: lost with the process, for one process only */
  readonly revocationStore?: RevocationStore;
  /** Carries requests to the server of a connection. @defaultValue that of the {@link eventLog}, else in memory, for one process only */
  readonly controlMailbox?: ControlMailbox;
  /** Executes `POST /send` once per `Idempotency-Key`. @defaultValue none: the header is ignored */
  readonly idempotency?: Idempotency;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
  /** @defaultValue the operating system's secure random source */
  readonly idGenerator?: IdGenerator;
  /**
   * Returns the W3C `traceparent` of the current work. It is called for each publication that names none. It should read an
   * AsyncLocalStorage, as OpenTelemetry does, and must be fast. A malformed value is ignored. @defaultValue none
   */
  readonly currentTraceparent?: () => string | undefined;
}

/** Checked {@link SseOptions} with defaults; a seam that was not passed is `undefined`. */
export type ResolvedSseOptions = Readonly<
  Required<Omit<SseOptions, SeamName | 'jwt'>> & {
    [K in SeamName]: SseOptions[K] | undefined;
  } & { jwt: ResolvedJwtOptions | null }
>;

/** Options that are objects or functions of the host. */
type SeamName =
  | 'authenticator'
  | 'topicAuthorizer'
  | 'topicResolver'
  | 'audienceResolver'
  | 'eventLog'
  | 'backplane'
  | 'presence'
  | 'ticketStore'
  | 'revocationStore'
  | 'controlMailbox'
  | 'idempotency'
  | 'clock'
  | 'idGenerator'
  | 'currentTraceparent';

const EVENT_LOG_METHODS = [
  ...(['start', 'append', 'requireTransaction', 'bounds', 'readRange', 'readFor', 'firstSince', 'health'] as const),
  'stop',
] as const satisfies readonly (keyof EventLog)[];
const PRESENCE_METHODS = [
  ...([
    'start',
    'add',
    'remove',
    'changeTopics',
    'watch',
    'isOnline',
    'onlineUsers',
    'user',
    'counts',
    'setDraining',
  ] as const),
  'stop',
] as const satisfies readonly (keyof Presence)[];
const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;

/**
 * Checks every option and fills in the defaults. The result is frozen.
 * @throws PlatformError `ERR_SSE_INVALID_OPTIONS`, one for all faults, each with its value and range.
 */
export function resolveSseOptions(given: SseOptions): ResolvedSseOptions {
  const faults = new OptionFaults('SseModule');
  const options = faults.object('the options', given) ?? {};
  const whole = (
    name: keyof SseOptions,
    fallback: number,
    min: number,
    max: number,
    zeroIsOff?: 'zero is off',
  ): number => faults.number(name, options[name], fallback, { min, max, zeroIsOff: zeroIsOff !== undefined });
  const resolved = {
    heartbeatIntervalMs: whole('heartbeatIntervalMs', 15_000, 5_000, 300_000, 'zero is off'),
    retryMs: whole('retryMs', 3_000, 100, 300_000),
    drainMs: whole('drainMs', 10_000, 0, 600_000),
    clientBufferSize: whole('clientBufferSize', 0, 1, 1_000_000, 'zero is off'),
    maxQueuedBytes: whole('maxQueuedBytes', 256 * KIB, 16 * KIB, 1024 * MIB, 'zero is off'),
    idleTimeoutMs: whole('idleTimeoutMs', 0, 10_000, DAY_MS, 'zero is off'),
    maxConnectionAgeMs: whole('maxConnectionAgeMs', 0, 60_000, DAY_MS, 'zero is off'),
    maxConnections: whole('maxConnections', 0, 1, 1_000_000, 'zero is off'),
    maxConnectionsPerTenant: whole('maxConnectionsPerTenant', 20_000, 1, 1_000_000, 'zero is off'),
    maxConnectionsPerUser: whole('maxConnectionsPerUser', 10, 1, 10_000, 'zero is off'),
    onUserLimit: faults.oneOf('onUserLimit', options.onUserLimit, 'refuse', ['refuse', 'close-oldest']),
    connectsPerMinute: whole('connectsPerMinute', 120, 1, 100_000, 'zero is off'),
    connectBurst: whole('connectBurst', 30, 1, 10_000),
    pollsPerMinute: whole('pollsPerMinute', 300, 1, 100_000, 'zero is off'),
    replayMaxEvents: whole('replayMaxEvents', 1_000, 1, 1_000_000, 'zero is off'),
    replayMaxAgeMs: whole('replayMaxAgeMs', 7 * DAY_MS, 1_000, 365 * DAY_MS, 'zero is off'),
    replayMaxScannedRows: whole('replayMaxScannedRows', 20_000, 1, 10_000_000, 'zero is off'),
    ringMaxEvents: whole('ringMaxEvents', 1_000, 1, 1_000_000),
    ringMaxBytes: whole('ringMaxBytes', 4 * MIB, 64 * KIB, 1024 * MIB),
    topics: faults.boolean('topics', options.topics, true),
    onDeniedTopic: faults.oneOf('onDeniedTopic', options.onDeniedTopic, 'refuse', ['refuse', 'omit']),
    maxTopicsPerConnection: whole('maxTopicsPerConnection', 50, 1, 1_000, 'zero is off'),
    topicDecisionTimeoutMs: whole('topicDecisionTimeoutMs', 2_000, 100, 30_000),
    maxRequestTargetBytes: whole('maxRequestTargetBytes', 12 * KIB, KIB, 64 * KIB, 'zero is off'),
    allowQueryToken: faults.boolean('allowQueryToken', options.allowQueryToken, false),
    cookieName: cookieNameOf(options.cookieName, faults),
    allowedOrigins: originsOf(options.allowedOrigins, faults),
    maxTokenLifeMs: whole('maxTokenLifeMs', 30 * DAY_MS, 60_000, 365 * DAY_MS),
    jwt: jwtOf(options, faults),
    authenticator: faults.seam('authenticator', options.authenticator, ['authenticate']),
    topicAuthorizer: faults.seam('topicAuthorizer', options.topicAuthorizer, ['mayFollow']),
    topicResolver: faults.seam('topicResolver', options.topicResolver, ['topicsOf']),
    audienceResolver: faults.seam('audienceResolver', options.audienceResolver, ['keysOf']),
    eventLog: faults.seam('eventLog', options.eventLog, EVENT_LOG_METHODS),
    backplane: faults.seam('backplane', options.backplane, ['start', 'publish', 'isConnected', 'stop']),
    presence: faults.seam('presence', options.presence, PRESENCE_METHODS),
    ticketStore: faults.seam('ticketStore', options.ticketStore, ['issue', 'redeem']),
    revocationStore: faults.seam('revocationStore', options.revocationStore, ['revoke', 'active', 'covers']),
    controlMailbox: faults.seam('controlMailbox', options.controlMailbox, ['open', 'put', 'take', 'answer', 'collect']),
    idempotency: faults.seam('idempotency', options.idempotency, ['answer']),
    clock: faults.seam('clock', options.clock, ['now', 'monotonicMs']),
    idGenerator: faults.seam('idGenerator', options.idGenerator, ['random']),
    currentTraceparent: faults.callable('currentTraceparent', options.currentTraceparent),
  } satisfies ResolvedSseOptions;
  if (resolved.idleTimeoutMs > 0 && resolved.idleTimeoutMs < 2 * resolved.heartbeatIntervalMs) {
    faults.add(
      `idleTimeoutMs must be at least two heartbeats (${2 * resolved.heartbeatIntervalMs}); got ${resolved.idleTimeoutMs}`,
    );
  }
  faults.unknown('', options, Object.keys(resolved));
  faults.throwIfAny();
  return Object.freeze(resolved);
}

function jwtOf(options: SseOptions, faults: OptionFaults): ResolvedJwtOptions | null {
  if (options.jwt !== undefined && options.authenticator !== undefined) {
    faults.add(
      'jwt and authenticator exclude each other. Set jwt when this module verifies tokens, else authenticator',
    );
  }
  if (options.jwt !== undefined) {
    const jwt = faults.object('jwt', options.jwt);
    return jwt === undefined ? null : resolveJwtOptions(jwt, faults);
  }
  if (options.authenticator === undefined) {
    faults.add(
      'jwt or authenticator is required to authenticate requests. ' +
        'Set jwt: { secret }, { publicKey } or { jwksUri } to match your sign-in, or pass your own authenticator',
    );
  }
  return null;
}

function cookieNameOf(value: string | false | undefined, faults: OptionFaults): string | false {
  if (value === undefined) return 'herald_session';
  if (value === false || (typeof value === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(value))) return value;
  faults.add(`cookieName must be 1 to 64 characters out of A-Z a-z 0-9 _ . - , or false; got ${JSON.stringify(value)}`);
  return false;
}

function originsOf(value: readonly string[] | undefined, faults: OptionFaults): readonly string[] {
  if (value !== undefined && !Array.isArray(value)) {
    faults.add(`allowedOrigins must be a list of origins; got ${JSON.stringify(value)}`);
    return [];
  }
  for (const origin of value ?? []) {
    // Sandboxed and local documents send "null": allowing it would allow all of them.
    if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).origin !== origin || origin === 'null') {
      faults.add(`allowedOrigins must be exact origins such as https://erp.example; got ${JSON.stringify(origin)}`);
    }
  }
  return Object.freeze([...(value ?? [])]);
}
