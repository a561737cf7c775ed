import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CURSOR_QUERY_NAMES } from '@nest-herald/sse-protocol';
import { Inject, Injectable } from '@nestjs/common';
import type { AdmissionSlot } from '../../admission/admission-slot.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import { Entitlements, type TopicDecision } from '../../control/entitlements.js';
import { Hub } from '../../hub/hub.js';
import type { Transport } from '../../presence/presence.js';
import type { Principal } from '@nest-herald/platform';
import { LateError, within } from '../../time/within.js';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from '../../options/sse.options.js';
import { TOPIC_RESOLVER, type TopicResolver } from '../../seams/topic-resolver.js';
import { acceptsEventStream } from './accept.js';
import { Credentials } from '../identity/credentials.js';
import { headerOf, type PlatformRequest, rawRequest } from '@nest-herald/platform/http';
import { queryOf, requestTarget } from '../identity/request-target.js';
import { decideTopics } from './topic-request.js';

/** What a route of the host sets for its own streams. */
export interface StreamRouteOptions {
  /** Followed without asking the topic authoriser, because the route itself has authorised the caller. */
  readonly grantedTopics?: readonly string[];
  /** Members to add to the data of `connected`. */
  readonly connectedExtra?: Readonly<Record<string, unknown>>;
  /** @defaultValue `sse` */
  readonly transport?: Transport;
  /** The client's cursor; when absent, it is read from headers and query. */
  readonly cursor?: string | null;
}

/** User agents whose names are cached: an enterprise has few browsers, and a client that invents some fills this many entries. */
const MAX_USER_AGENTS = 1_000;
/** Longer ones are not cached, so that the cache is bounded in bytes too. */
const MAX_CACHED_USER_AGENT = 512;

/** Shared by the many streams that follow no topic. */
const NO_TOPICS: TopicDecision = { granted: [], denied: [] };

const DEVICE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/**
 * Checks and prepares a stream, in this order: token in the URL, length, `Accept`, identity, limits, topics,
 * directory, log. A prepared stream cannot fail any more.
 */
@Injectable()
export class StreamIntake {
  constructor(
    private readonly credentials: Credentials,
    private readonly hub: Hub,
    private readonly entitlements: Entitlements,
    @Inject(TOPIC_RESOLVER) private readonly topicResolver: TopicResolver,
    @Inject(SSE_OPTIONS) private readonly options: ResolvedSseOptions,
  ) {}

  /**
   * Checks the form of the request and authenticates it.
   * @param options `anyAccept` for a response that is not an event stream.
   * @throws SseRefusal 400, 401, 403, 406, 414.
   */
  async identify(request: PlatformRequest, options: { readonly anyAccept?: boolean } = {}): Promise<Principal> {
    const raw = rawRequest(request);
    const target = requestTarget(request);
    const query = queryOf(target);
    this.credentials.refuseTokenInUrl(query);
    this.#requireShort(target);
    if (options.anyAccept !== true && !acceptsEventStream(headerOf(raw, 'accept'))) {
      throw new SseRefusal(406, 'not_acceptable', {
        detail: 'This resource is available as text/event-stream only. Accept that type.',
      });
    }
    return await this.credentials.ofStream(raw, query);
  }

  /**
   * Admits the request and prepares its stream. The caller must attach or abandon the result.
   * @throws SseRefusal 400, 403, 414, 429, 503; the slot is released then.
   */
  async prepare(
    request: PlatformRequest,
    principal: Principal,
    options: StreamRouteOptions = {},
  ): Promise<PreparedStream> {
    const target = requestTarget(request);
    this.#requireShort(target);
    const raw = rawRequest(request);
    const query = queryOf(target);
    const device = deviceOf(raw, query);
    const admitted = this.hub.admit(principal, options.transport ?? 'sse', device);
    const slot = admitted instanceof Promise ? await admitted : admitted;
    try {
      return await this.#prepare(raw, query, principal, { slot, device }, options);
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  #requireShort(target: string): void {
    const { maxRequestTargetBytes } = this.options;
    if (maxRequestTargetBytes === 0 || target.length <= maxRequestTargetBytes) return;
    throw new SseRefusal(414, 'uri_too_long', {
      detail: `Path and query have ${target.length} bytes; the limit is ${maxRequestTargetBytes}. Follow patterns instead of single topics.`,
    });
  }

  async #prepare(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
    { slot, device }: { readonly slot: AdmissionSlot; readonly device: string },
    options: StreamRouteOptions,
  ): Promise<PreparedStream> {
    const { granted, denied } = await this.#topics(request, query, principal, options);
    return await this.hub.prepare({
      principal,
      keys: await this.entitlements.keysOf(principal),
      topics: granted,
      denied,
      cursor: options.cursor === undefined ? cursorOf(request, query) : options.cursor,
      device,
      transport: slot.transport,
      heartbeat: query.get('heartbeat') === 'comment' ? 'comment' : 'event',
      slot,
      ...(options.connectedExtra === undefined ? {} : { connectedExtra: options.connectedExtra }),
    });
  }

  async #topics(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
    options: StreamRouteOptions,
  ): Promise<TopicDecision> {
    if (options.grantedTopics !== undefined) {
      return { granted: this.entitlements.grantedByRoute(principal, options.grantedTopics), denied: [] };
    }
    const resolved = this.topicResolver.topicsOf(request, query, principal);
    // The default resolver is synchronous and needs no timer.
    const topics = resolved instanceof Promise ? await this.#withinTime(resolved) : resolved;
    return topics.length === 0 ? NO_TOPICS : await decideTopics(topics, principal, this.entitlements, this.options);
  }

  /** A resolver that hangs must not keep the slot of the request. */
  async #withinTime(topics: Promise<readonly string[]>): Promise<readonly string[]> {
    try {
      return await within('topicsOf', this.options.topicDecisionTimeoutMs, topics);
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
      throw new SseRefusal(503, 'internal_error', {
        detail: 'The topics of this stream cannot be determined now. Retry.',
        reason: error.message,
      });
    }
  }
}

/** The client's cursor: from the header that browsers send, else from the query; an empty one counts as none. */
function cursorOf(request: IncomingMessage, query: URLSearchParams): string | null {
  const header = headerOf(request, 'last-event-id');
  if (header !== null && header !== '') return header;
  if (query.size === 0) return null;
  const value = CURSOR_QUERY_NAMES.map((name) => query.get(name)).find((text) => text !== null && text !== '');
  return value ?? null;
}

/** The device that presence shows: the name that the client sends, else a stable one derived from its user agent. */
function deviceOf(request: IncomingMessage, query: URLSearchParams): string {
  const given = query.get('device');
  if (given !== null && DEVICE.test(given)) return given;
  return nameOfUserAgent(headerOf(request, 'user-agent') ?? '');
}

const userAgentNames = new Map<string, string>();

/** The same name in every process, and one string for all connections that share it. */
function nameOfUserAgent(userAgent: string): string {
  const known = userAgentNames.get(userAgent);
  if (known !== undefined) return known;
  const name = `ua-${createHash('sha256').update(userAgent).digest('base64url').slice(0, 12)}`;
  if (userAgent.length > MAX_CACHED_USER_AGENT) return name;
  if (userAgentNames.size >= MAX_USER_AGENTS) userAgentNames.clear();
  userAgentNames.set(userAgent, name);
  return name;
}
