import type { Principal } from '@nest-herald/platform';
import { type Revocation, revokes } from '../vocabulary/revocation.js';

/** Revocations of one tenant, indexed so that a check costs the same however many there are. */
export class TenantRevocations {
  readonly #sessions = new Set<string>();
  readonly #tokens = new Set<string>();
  /** The newest of each person. */
  readonly #users = new Map<string, Revocation>();
  #tenant: Revocation | null = null;

  get size(): number {
    return this.#sessions.size + this.#tokens.size + this.#users.size;
  }

  add(revocation: Revocation): void {
    const { target } = revocation;
    if ('sessionId' in target) this.#sessions.add(target.sessionId);
    else if ('tokenId' in target) this.#tokens.add(target.tokenId);
    else if ('userId' in target) this.#users.set(target.userId, newer(this.#users.get(target.userId), revocation));
    else this.#tenant = newer(this.#tenant, revocation);
  }

  covers(principal: Principal): boolean {
    const { sessionId, tokenId } = principal;
    if (sessionId !== undefined && this.#sessions.has(sessionId)) return true;
    if (tokenId !== undefined && this.#tokens.has(tokenId)) return true;
    const user = this.#users.get(principal.userId);
    if (user !== undefined && revokes(user, principal)) return true;
    return this.#tenant !== null && revokes(this.#tenant, principal);
  }
}

function newer(known: Revocation | null | undefined, other: Revocation): Revocation {
  return known !== null && known !== undefined && known.notBefore > other.notBefore ? known : other;
}
