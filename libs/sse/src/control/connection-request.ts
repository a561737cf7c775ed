import type { CloseReason, ProblemCode } from '@nest-herald/sse-protocol';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import { restorePrincipal, type StoredPrincipal } from '../vocabulary/stored-principal.js';

/** What a server may request for a connection of another server. */
export type ConnectionRequest =
  /** Replace the claims by those of a new token, which the requesting server has verified. */
  | { readonly kind: 'token'; readonly principal: Principal }
  | { readonly kind: 'topics'; readonly userId: UserId; readonly topics: readonly string[] }
  /** @property userId null closes a connection of any user. */
  | { readonly kind: 'close'; readonly userId: UserId | null; readonly reason: CloseReason };

/** The kinds of {@link ConnectionRequest}. */
export const CONNECTION_REQUEST_KINDS: readonly ConnectionRequest['kind'][] = ['token', 'topics', 'close'];

/** What the connection follows from now on. */
export interface ConnectionTopics {
  readonly topics: readonly string[];
  readonly denied: readonly string[];
}

/** What the server of a connection answers: done, or a refusal for the requester. */
export type ConnectionAnswer =
  | { readonly isDone: true; readonly result: ConnectionTopics }
  | {
      readonly isDone: false;
      readonly status: number;
      readonly code: ProblemCode;
      readonly detail: string;
      readonly extra?: Readonly<Record<string, unknown>>;
    };

/** Reads a request that another server wrote. @throws TypeError for a kind that this version does not know. */
export function parseConnectionRequest(stored: unknown, tenantId: TenantId): ConnectionRequest {
  const request = stored as { readonly kind: string; readonly principal: StoredPrincipal };
  switch (request.kind) {
    case 'token':
      // The tenant of a request is that of the requester's verified token; its body cannot name another.
      return { kind: 'token', principal: { ...restorePrincipal(request.principal), tenantId } };
    case 'topics':
    case 'close':
      return request as unknown as ConnectionRequest;
    default:
      throw new TypeError(`This server does not know the request kind "${request.kind}".`);
  }
}

/** The refusal as an answer. Other errors stay on the server where they occurred. */
export function answerOf(error: SseRefusal): ConnectionAnswer {
  const { status, code, details } = error;
  return {
    isDone: false,
    status,
    code,
    detail: details.detail,
    ...(details.extra === undefined ? {} : { extra: details.extra }),
  };
}

/** @throws SseRefusal when the server refused. */
export function resultOf(answer: ConnectionAnswer): ConnectionTopics {
  if (answer.isDone) return answer.result;
  const { status, code, detail, extra } = answer;
  throw new SseRefusal(status, code, { detail, ...(extra === undefined ? {} : { extra }) });
}
