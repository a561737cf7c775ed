import type { CloseReason, ProblemCode } from '@nest-herald/sse-protocol';
import type { Principal, TenantId, UserId } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import { restorePrincipal, type StoredPrincipal } from '../vocabulary/stored-principal.js';

/** What a node may ask the node of a connection to do with it. */
export type ConnectionRequest =
  /** Go on with the claims of a new token, which the asking node has verified. */
  | { readonly kind: 'token'; readonly principal: Principal }
  | { readonly kind: 'topics'; readonly userId: UserId; readonly topics: readonly string[] }
  /** @property userId null: whosever it is. */
  | { readonly kind: 'close'; readonly userId: UserId | null; readonly reason: CloseReason };

/** The kinds of {@link ConnectionRequest}. */
export const CONNECTION_REQUEST_KINDS: readonly ConnectionRequest['kind'][] = ['token', 'topics', 'close'];

/** What the connection sees from now on. */
export interface ConnectionTopics {
  readonly topics: readonly string[];
  readonly denied: readonly string[];
}

/** What the node of a connection answers: done, or a refusal for the one who asked. */
export type ConnectionAnswer =
  | { readonly isDone: true; readonly result: ConnectionTopics }
  | {
      readonly isDone: false;
      readonly status: number;
      readonly code: ProblemCode;
      readonly detail: string;
      readonly extra?: Readonly<Record<string, unknown>>;
    };

/** A request as another node wrote it. @throws TypeError for a kind that this version does not know. */
export function parseConnectionRequest(stored: unknown, tenantId: TenantId): ConnectionRequest {
  const request = stored as { readonly kind: string; readonly principal: StoredPrincipal };
  switch (request.kind) {
    case 'token':
      // The tenant of a letter is that of the verified token that asked; it cannot name another inside.
      return { kind: 'token', principal: { ...restorePrincipal(request.principal), tenantId } };
    case 'topics':
    case 'close':
      return request as unknown as ConnectionRequest;
    default:
      throw new TypeError(`This node does not know the control request "${request.kind}".`);
  }
}

/** The refusal that an error stands for; others than refusals are the node's own affair. */
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

/** @throws SseRefusal what the node refused. */
export function resultOf(answer: ConnectionAnswer): ConnectionTopics {
  if (answer.isDone) return answer.result;
  const { status, code, detail, extra } = answer;
  throw new SseRefusal(status, code, { detail, ...(extra === undefined ? {} : { extra }) });
}
