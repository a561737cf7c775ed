import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CURSOR_QUERY_NAMES } from '@nest-herald/sse-protocol';
import { Inject, Injectable } from '@nestjs/common';
import type { AdmissionSlot } from '../../admission/admission-slot.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import { Entitlements, type TopicDecision } from '../../control/entitlements.js';
import { Hub } from '../../hub/hub.js';
import type { Transport } from '../../presence/presence.js';
import { LateError, type Principal, within } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from '../../options/sse.options.js';
import { TOPIC_RESOLVER, type TopicResolver } from '../../seams/topic-resolver.js';
import { acceptsEventStream } from './accept.js';
import { Credentials } from '../identity/credentials.js';
import { headerOf, type PlatformRequest, queryOf, rawRequest, requestTarget } from '@nest-herald/platform/http';
import { decideTopics } from './topic-request.js';

/** What a route of the host adds to a stream of its own. */
export interface StreamRouteOptions {
  /** Followed without asking the topic authoriser, because the route has decided itself who may open it. */
  readonly grantedTopics?: readonly string[];
  /** Members added to the data of `connected`. */
  readonly connectedExtra?: Readonly<Record<string, unknown>>;
  /** @defaultValue `sse` */
  readonly transport?: Transport;
  /** Where the client was; absent: what headers and query say. */
  readonly cursor?: string | null;
}

/** Names of user agents that are kept: browsers of one company are few, and whoever invents some costs this many. */
const MAX_USER_AGENTS = 1_000;
/** Longer ones are not kept, so that the bound is one of memory too. */
const MAX_KEPT_USER_AGENT = 512;

/** Of the many streams that follow no topic. */
const NO_TOPICS: TopicDecision = { granted: [], denied: [] };

const DEVICE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/**
 * Does everything about opening a stream that can fail (wire.md §2), in this order: token in the URL, length, `Accept`,
 * identity, limits, topics, directory, log. What it returns cannot be refused any more.
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
   * Checks the form of the request and finds out who sends it.
   * @param options `anyAccept` where the answer is no event stream.
   * @throws SseRefusal 400, 401, 403, 406, 414.
   */
  async identify(request: PlatformRequest, options: { readonly anyAccept?: boolean } = {}): Promise<Principal> {
    const raw = rawRequest(request);
    const target = requestTarget(request);
    const query = queryOf(target);
    this.credentials.refuseTokenInUrl(query);
    this.#requireShort(target);
    if (options.anyAccept !== true && !acceptsEventStream(headerOf(raw, 'accept'))) {
      throw new SseRefusal(406, 'not_acceptable', { detail: 'This answers text/event-stream only.' });
    }
    return await this.credentials.ofStream(raw, query);
  }

  /**
   * Admits the request and prepares its stream. The caller attaches or abandons what it gets.
   * @throws SseRefusal 400, 403, 414, 429, 503; nothing is held then.
   */
  async prepare(
    request: PlatformRequest,
    principal: Principal,
    opening: StreamRouteOptions = {},
  ): Promise<PreparedStream> {
    const target = requestTarget(request);
    this.#requireShort(target);
    const raw = rawRequest(request);
    const query = queryOf(target);
    const device = deviceOf(raw, query);
    const admitted = this.hub.admit(principal, opening.transport ?? 'sse', device);
    const slot = admitted instanceof Promise ? await admitted : admitted;
    try {
      return await this.#prepare(raw, query, principal, { slot, device }, opening);
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  #requireShort(target: string): void {
    const { maxRequestTargetBytes } = this.options;
    if (maxRequestTargetBytes === 0 || target.length <= maxRequestTargetBytes) return;
    throw new SseRefusal(414, 'uri_too_long', {
      detail: `Path and query have ${target.length} bytes, more than ${maxRequestTargetBytes}. Use patterns for topics.`,
    });
  }

  async #prepare(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
    { slot, device }: { readonly slot: AdmissionSlot; readonly device: string },
    opening: StreamRouteOptions,
  ): Promise<PreparedStream> {
    const { granted, denied } = await this.#topics(request, query, principal, opening);
    return await this.hub.prepare({
      principal,
      keys: await this.entitlements.keysOf(principal),
      topics: granted,
      denied,
      cursor: opening.cursor === undefined ? cursorOf(request, query) : opening.cursor,
      device,
      transport: slot.transport,
      heartbeat: query.get('heartbeat') === 'comment' ? 'comment' : 'event',
      slot,
      ...(opening.connectedExtra === undefined ? {} : { connectedExtra: opening.connectedExtra }),
    });
  }

  async #topics(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
    opening: StreamRouteOptions,
  ): Promise<TopicDecision> {
    if (opening.grantedTopics !== undefined) {
      return { granted: this.entitlements.grantedByRoute(principal, opening.grantedTopics), denied: [] };
    }
    const wish = this.topicResolver.topicsOf(request, query, principal);
    // The default answers at once, and needs no timer.
    const wished = wish instanceof Promise ? await this.#inTime(wish) : wish;
    return wished.length === 0 ? NO_TOPICS : await decideTopics(wished, principal, this.entitlements, this.options);
  }

  /** A resolver that hangs must not hold the place of who asked. */
  async #inTime(wish: Promise<readonly string[]>): Promise<readonly string[]> {
    try {
      return await within('topicsOf', this.options.topicDecisionTimeoutMs, wish);
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
      throw new SseRefusal(503, 'internal_error', {
        detail: 'It cannot be told now what this stream asks for. Try again.',
        reason: error.message,
      });
    }
  }
}

/** Where the client was (wire.md §4): the header that browsers send, else the query; empty means nowhere. */
function cursorOf(request: IncomingMessage, query: URLSearchParams): string | null {
  const header = headerOf(request, 'last-event-id');
  if (header !== null && header !== '') return header;
  if (query.size === 0) return null;
  const value = CURSOR_QUERY_NAMES.map((name) => query.get(name)).find((text) => text !== null && text !== '');
  return value ?? null;
}

/** What presence shows: the name that the client gives itself, else a stable stand-in for its user agent. */
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
  if (userAgent.length > MAX_KEPT_USER_AGENT) return name;
  if (userAgentNames.size >= MAX_USER_AGENTS) userAgentNames.clear();
  userAgentNames.set(userAgent, name);
  return name;
}
