import type { CloseReason } from '@nest-herald/sse-protocol';
import type { Connection } from '../connection/connection.js';
import type { TopicDecision } from './entitlements.js';
import type { OverLimitStream } from '../hub/hub-limits.js';
import type { Hub } from '../hub/hub.js';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import { type ConnectionRights, isOpen } from './connection-rights.js';
import {
  answerOf,
  CONNECTION_REQUEST_KINDS,
  type ConnectionAnswer,
  type ConnectionRequest,
  type ConnectionTopics,
  parseConnectionRequest,
  resultOf,
} from './connection-request.js';
import type { ServerRequests } from './server-requests.js';

/** `<nodeId>.<22 characters of base64url>`. */
const CONNECTION_ID = /^([A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{22}$/;

/** How long the node of a connection has for its answer (wire.md §5). */
const ANSWER_MS = 2_000;

/** What a {@link ConnectionControl} is made of. */
export interface ConnectionControlDeps {
  readonly hub: Hub;
  readonly rights: ConnectionRights;
  readonly requests: ServerRequests;
  /** Checks and decides a wish to follow topics. */
  readonly decideTopics: (wished: readonly string[], principal: Principal) => Promise<TopicDecision>;
  readonly logger: { warn(message: string): void };
}

/**
 * Acts on one open connection wherever it is: its id names its node, which alone decides. An id that is unknown, closed or
 * somebody else's is one and the same 404.
 */
export class ConnectionControl {
  constructor(private readonly deps: ConnectionControlDeps) {
    deps.requests.onRequest(CONNECTION_REQUEST_KINDS, (tenantId, connectionId, request) =>
      this.#obey(tenantId, connectionId, parseConnectionRequest(request, tenantId)),
    );
    deps.hub.limits.onOverLimit((stream) => void this.#endSurplus(stream));
  }

  /**
   * Goes on with the claims of a new token (P60): keys and topics are recomputed, what is no longer allowed is dropped.
   * @param principal as verified from the new token.
   * @throws SseRefusal 401 `invalid_token`, 403 `forbidden` for another person's, 404 `not_found`, 503, 504 `node_unreachable`.
   */
  refreshToken(connectionId: string, principal: Principal): Promise<ConnectionTopics> {
    return this.#ask(principal.tenantId, connectionId, { kind: 'token', principal });
  }

  /** Changes what it follows (P62). @throws SseRefusal as opening a stream with these topics does; 404, 503, 504. */
  changeTopics(
    connectionId: string,
    { tenantId, userId }: Pick<Principal, 'tenantId' | 'userId'>,
    topics: readonly string[],
  ): Promise<ConnectionTopics> {
    return this.#ask(tenantId, connectionId, { kind: 'topics', userId, topics });
  }

  /** Ends it. @param userId null: whosever of the tenant it is. @throws SseRefusal 404, 504. */
  async close(connectionId: string, tenantId: TenantId, userId: UserId | null, reason: CloseReason): Promise<void> {
    await this.#ask(tenantId, connectionId, { kind: 'close', userId, reason });
  }

  /** What is gone already needs no end, and a node that does not answer is not asked twice: its lease ends. */
  async #endSurplus({ tenantId, userId, connectionId }: OverLimitStream): Promise<void> {
    try {
      await this.close(connectionId, tenantId, userId, 'limit');
    } catch (error) {
      if (error instanceof SseRefusal && error.code === 'not_found') return;
      this.deps.logger.warn(`A stream beyond the limit of its holder could not be ended: ${String(error)}`);
    }
  }

  async #ask(tenantId: TenantId, connectionId: string, request: ConnectionRequest): Promise<ConnectionTopics> {
    const nodeId = CONNECTION_ID.exec(connectionId)?.[1];
    if (nodeId === undefined) throw notFound();
    if (nodeId === this.deps.hub.nodeId) return resultOf(await this.#obey(tenantId, connectionId, request));
    const answer = await this.deps.requests.ask(nodeId, tenantId, { connectionId, request }, ANSWER_MS);
    if (answer === null) throw notFound();
    return resultOf(answer as ConnectionAnswer);
  }

  async #obey(tenantId: TenantId, connectionId: string, request: ConnectionRequest): Promise<ConnectionAnswer> {
    try {
      const connection = this.deps.hub.find(connectionId);
      if (connection === undefined || !isOpen(connection)) throw notFound();
      return { isDone: true, result: await this.#act(connection, tenantId, request) };
    } catch (error) {
      if (error instanceof SseRefusal) return answerOf(error);
      throw error;
    }
  }

  async #act(connection: Connection, tenantId: TenantId, request: ConnectionRequest): Promise<ConnectionTopics> {
    if (request.kind === 'token') {
      const { principal } = request;
      if (connection.tenantId !== tenantId || connection.userId !== principal.userId) {
        throw new SseRefusal(403, 'forbidden', { detail: 'A token swap needs a token of the same tenant and user.' });
      }
      return changed(await this.deps.rights.change(connection, { principal }));
    }
    if (connection.tenantId !== tenantId) throw notFound();
    if (request.userId !== null && request.userId !== connection.userId) throw notFound();
    if (request.kind === 'topics') {
      const decide = (principal: Principal): Promise<TopicDecision> =>
        this.deps.decideTopics(request.topics, principal);
      return changed(await this.deps.rights.change(connection, { decide }));
    }
    connection.close(request.reason);
    return { topics: [], denied: [] };
  }
}

function changed(decision: TopicDecision | null): ConnectionTopics {
  if (decision === null) throw notFound();
  return { topics: decision.granted, denied: decision.denied };
}

function notFound(): SseRefusal {
  return new SseRefusal(404, 'not_found', { detail: 'There is no such open connection of yours.' });
}
