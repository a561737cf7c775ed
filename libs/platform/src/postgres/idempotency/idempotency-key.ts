import { Refusal } from '../../problem/refusal.js';
import { createHash } from 'node:crypto';

/** The identity of a request, by which a repeat is recognised. */
export interface RequestIdentity {
  readonly tenantId: string;
  /** The sender. Different people may use the same key. */
  readonly actorId: string;
  /** The `Idempotency-Key`; null for a request without one, which is always executed. */
  readonly key: string | null;
  /** SHA-256 of method, path and body. */
  readonly sha256: Buffer;
}

/** The parts of an HTTP request that form its identity. */
export interface KeyedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the identity of a request.
 * @throws Refusal 400 `invalid_request` for a key that is not 1 to 255 visible ASCII characters.
 */
export function requestIdentity(
  actor: { readonly tenantId: string; readonly userId: string },
  request: KeyedRequest,
): RequestIdentity {
  const given = request.headers['idempotency-key'];
  if (given !== undefined && (typeof given !== 'string' || !KEY.test(given))) {
    throw new Refusal(
      400,
      'invalid_request',
      'Idempotency-Key must be sent once, with 1 to 255 visible ASCII characters.',
    );
  }
  const content = `${request.method}\n${request.path}\n${JSON.stringify(request.body) ?? ''}`;
  return {
    tenantId: actor.tenantId,
    actorId: actor.userId,
    key: given ?? null,
    sha256: createHash('sha256').update(content).digest(),
  };
}
