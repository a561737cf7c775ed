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

/** Time limit for the answer of a connection's server. */
const ANSWER_MS = 2_000;

/** What a {@link ConnectionControl} is made of. */
export interface ConnectionControlDeps {
  readonly hub: Hub;
  readonly rights: ConnectionRights;
  readonly requests: ServerRequests;
  /** Checks the requested topics and decides which of them the principal may follow. */
  readonly decideTopics: (requested: readonly string[], principal: Principal) => Promise<TopicDecision>;
  readonly logger: { warn(message: string): void };
}

/**
 * Acts on one open connection of any server: the id names the server, which alone decides. An id that is unknown, closed or
 * another user's gets the same 404.
 */
export class ConnectionControl {
  constructor(private readonly deps: ConnectionControlDeps) {
    deps.requests.onRequest(CONNECTION_REQUEST_KINDS, (tenantId, connectionId, request) =>
      this.#handle(tenantId, connectionId, parseConnectionRequest(request, tenantId)),
    );
    deps.hub.limits.onOverLimit((stream) => void this.#closeSurplus(stream));
  }

  /**
   * Replaces the claims of an open stream by those of a new token (P60): keys and topics are recomputed, and topics that are no
   * longer allowed are dropped.
   * @param principal as verified from the new token.
   * @throws SseRefusal 401 `invalid_token`, 403 `forbidden` for another user's token, 404 `not_found`, 503, 504 `node_unreachable`.
   */
  refreshToken(connectionId: string, principal: Principal): Promise<ConnectionTopics> {
    return this.#ask(principal.tenantId, connectionId, { kind: 'token', principal });
  }

  /** Changes the topics that it follows (P62). @throws SseRefusal as opening a stream with these topics does; 404, 503, 504. */
  changeTopics(
    connectionId: string,
    { tenantId, userId }: Pick<Principal, 'tenantId' | 'userId'>,
    topics: readonly string[],
  ): Promise<ConnectionTopics> {
    return this.#ask(tenantId, connectionId, { kind: 'topics', userId, topics });
  }

  /** Closes it. @param userId null closes a connection of any user of the tenant. @throws SseRefusal 404, 504. */
  async close(connectionId: string, tenantId: TenantId, userId: UserId | null, reason: CloseReason): Promise<void> {
    await this.#ask(tenantId, connectionId, { kind: 'close', userId, reason });
  }

  /** A stream that has already closed is fine. A server that does not answer is not asked again: its lease expires. */
  async #closeSurplus({ tenantId, userId, connectionId }: OverLimitStream): Promise<void> {
    try {
      await this.close(connectionId, tenantId, userId, 'limit');
    } catch (error) {
      if (error instanceof SseRefusal && error.code === 'not_found') return;
      this.deps.logger.warn(
        `Stream ${connectionId} exceeds the limit of its user and was not closed: ${String(error)}`,
      );
    }
  }

  async #ask(tenantId: TenantId, connectionId: string, request: ConnectionRequest): Promise<ConnectionTopics> {
    const nodeId = CONNECTION_ID.exec(connectionId)?.[1];
    if (nodeId === undefined) throw notFound();
    if (nodeId === this.deps.hub.nodeId) return resultOf(await this.#handle(tenantId, connectionId, request));
    const answer = await this.deps.requests.ask(nodeId, tenantId, { connectionId, request }, ANSWER_MS);
    if (answer === null) throw notFound();
    return resultOf(answer as ConnectionAnswer);
  }

  async #handle(tenantId: TenantId, connectionId: string, request: ConnectionRequest): Promise<ConnectionAnswer> {
    try {
      const connection = this.deps.hub.find(connectionId);
      if (connection === undefined || !isOpen(connection)) throw notFound();
      return { isDone: true, result: await this.#apply(connection, tenantId, request) };
    } catch (error) {
      if (error instanceof SseRefusal) return answerOf(error);
      throw error;
    }
  }

  async #apply(connection: Connection, tenantId: TenantId, request: ConnectionRequest): Promise<ConnectionTopics> {
    if (request.kind === 'token') {
      const { principal } = request;
      if (connection.tenantId !== tenantId || connection.userId !== principal.userId) {
        throw new SseRefusal(403, 'forbidden', {
          detail:
            'The new token belongs to another user or tenant. Refresh with a token of the user who opened the stream.',
        });
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
  return new SseRefusal(404, 'not_found', { detail: 'You have no open connection with this id.' });
}
