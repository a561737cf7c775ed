import type { Clock, Principal, TenantId } from '@nest-herald/platform';
import { controlRecordEvent } from '../vocabulary/control-record.js';
import type { EventLog } from '../event-log/event-log.js';
import { type Revocation, revokes, type RevocationTarget } from '../vocabulary/revocation.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import { SseRefusal } from '../vocabulary/refusal.js';

/** All tenants together. */
const MAX_REVOCATIONS = 100_000;

/** A {@link RevocationStore} for one process. A restart loses its revocations, so pass a durable one where tokens live longer. */
export class MemoryRevocationStore implements RevocationStore {
  readonly #byTenant = new Map<TenantId, Revocation[]>();
  #count = 0;

  /** @param log receives the control records. */
  constructor(
    private readonly log: Pick<EventLog, 'append'>,
    private readonly clock: Clock,
    private readonly maxRevocations = MAX_REVOCATIONS,
  ) {}

  /** @throws SseRefusal 503 `at_capacity` when it is full of revocations in force. */
  async revoke(tenantId: TenantId, target: RevocationTarget, lifeMs: number): Promise<Revocation> {
    if (this.#count >= this.maxRevocations) this.#dropExpired();
    if (this.#count >= this.maxRevocations) {
      throw new SseRefusal(503, 'at_capacity', {
        detail: `${this.maxRevocations} revocations are in force, the most that this server keeps. Retry when some have expired.`,
        retryAfterMs: 60_000,
      });
    }
    const notBefore = this.clock.now();
    const revocation: Revocation = {
      tenantId,
      target,
      notBefore,
      expiresAt: new Date(notBefore.getTime() + lifeMs),
    };
    // Stored before its control record: a reader that finds the record in the log must find the revocation here.
    const known = this.#byTenant.get(tenantId);
    if (known === undefined) this.#byTenant.set(tenantId, [revocation]);
    else known.push(revocation);
    this.#count += 1;
    await this.log.append([controlRecordEvent(tenantId, { kind: 'revoked', revocation })]);
    return revocation;
  }

  async active(tenantId: TenantId, limit: number): Promise<readonly Revocation[]> {
    return this.#inForce(tenantId).toReversed().slice(0, limit);
  }

  async covers(principal: Principal): Promise<boolean> {
    return this.#inForce(principal.tenantId).some((revocation) => revokes(revocation, principal));
  }

  #inForce(tenantId: TenantId): readonly Revocation[] {
    const now = this.clock.now();
    return (this.#byTenant.get(tenantId) ?? []).filter(({ expiresAt }) => expiresAt > now);
  }

  #dropExpired(): void {
    for (const tenantId of this.#byTenant.keys()) {
      const left = [...this.#inForce(tenantId)];
      this.#count -= (this.#byTenant.get(tenantId)?.length ?? 0) - left.length;
      if (left.length === 0) this.#byTenant.delete(tenantId);
      else this.#byTenant.set(tenantId, left);
    }
  }
}
