import type { TenantId } from '@nest-herald/platform';

/** Injection token of the {@link ControlMailbox}. */
export const CONTROL_MAILBOX = Symbol('CONTROL_MAILBOX');

/** A request from one server to another. */
export interface ServerRequest {
  /** 22 characters of base64url. It is unguessable but proves nothing, because it travels on the backplane. */
  readonly id: string;
  /** The server that the request is addressed to. */
  readonly nodeId: string;
  readonly tenantId: TenantId;
  /** JSON of the request: verified claims, never a token. */
  readonly request: string;
}

/**
 * Stores requests between servers and their answers. The backplane carries only their ids, so access to the backplane is not
 * enough to forge or read a request: a server executes only what it finds here (ADR 0010).
 *
 * Guarantees (`describeControlMailbox` proves them):
 * - A request is taken once, by the server that it is addressed to, and not after it was withdrawn or expired.
 * - An answer is collected once, by the tenant that asked.
 */
export interface ControlMailbox {
  /** Sets the id of this server. It must be called before any other method. */
  open(nodeId: string): Promise<void>;
  /** Stores a request for 5 s. @returns false when no such server exists, so that the caller need not wait. */
  put(request: ServerRequest): Promise<boolean>;
  /** @returns null for a request that is unknown, already taken, expired or addressed to another server. */
  take(id: string, nodeId: string): Promise<Pick<ServerRequest, 'tenantId' | 'request'> | null>;
  /** Answers a request that was taken. */
  answer(id: string, nodeId: string, answer: string): Promise<void>;
  /**
   * Removes the answer together with the request.
   * @param withdraw remove the request even when it has no answer yet, so that no server executes it later.
   * @returns null when there is no answer.
   */
  collect(id: string, tenantId: TenantId, withdraw: boolean): Promise<string | null>;
}
