import type { TenantId } from '@nest-herald/platform';

/** Injection token of the {@link ControlMailbox}. */
export const CONTROL_MAILBOX = Symbol('CONTROL_MAILBOX');

/** What one node asks another, on its way. */
export interface ServerRequest {
  /** 22 characters of base64url; unguessable, and still no proof: whoever reads the backplane sees it. */
  readonly id: string;
  /** Whom it is for. */
  readonly nodeId: string;
  readonly tenantId: TenantId;
  /** JSON of the request: verified claims, never a token. */
  readonly request: string;
}

/**
 * Where nodes leave requests and answers for each other; the backplane carries only their ids. Who can reach the backplane can
 * therefore neither make up a request nor read one: what a node obeys comes from here (ADR 0010).
 *
 * Guarantees (`describeControlMailbox` proves them): a letter is taken once, by the node that it is for, and not after it
 * was withdrawn or has become too old; an answer is collected once, by the tenant that asked.
 */
export interface ControlMailbox {
  /** Names this node, before it sends or takes anything. */
  open(nodeId: string): Promise<void>;
  /** Leaves a letter for 5 s. @returns false when there is no such node, so that nobody waits for it. */
  put(letter: ServerRequest): Promise<boolean>;
  /** @returns null for one that is unknown, taken, too old or for another node. */
  take(id: string, nodeId: string): Promise<Pick<ServerRequest, 'tenantId' | 'request'> | null>;
  /** Answers a letter that was taken. */
  answer(id: string, nodeId: string, answer: string): Promise<void>;
  /**
   * Takes the answer out, with the letter.
   * @param withdraw take the letter out even when it has no answer, so that nobody acts on it any more.
   * @returns null when there is no answer.
   */
  collect(id: string, tenantId: TenantId, withdraw: boolean): Promise<string | null>;
}
