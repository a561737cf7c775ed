import type { Clock, TenantId, UserId } from '@nest-herald/platform';

/** Where a person's session stands when a connection opens. */
export interface OpenSession {
  readonly generation: number;
  /** Whether it begins now, and does not go on after a short absence. */
  readonly isNew: boolean;
}

/** A session that is over, or will be when the person does not come back. */
export interface EndedSession {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly generation: number;
  readonly at: Date;
}

/** Of a tenant's people who are not connected, the latest are remembered. */
const MAX_REMEMBERED = 10_000;
/** People of all tenants who may yet come back into their session. */
const MAX_LEAVING = 10_000;

interface Leaving extends EndedSession {
  readonly endsAtMs: number;
}

interface Past {
  /** In the order of leaving, oldest first. */
  readonly people: Map<UserId, { readonly at: Date; readonly generation: number }>;
  /** The highest number of those who were forgotten: nobody's next session may be lower. */
  forgotten: number;
}

/** The sessions of people who left, in one process: who comes back within the grace goes on with the same session. */
export class PresenceSessions {
  readonly #tenants = new Map<TenantId, Past>();
  /** In the order of leaving, which is the order in which the graces end. */
  readonly #leaving = new Map<string, Leaving>();

  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
    private readonly ended: (session: EndedSession) => void,
  ) {}

  /** Somebody without connections opens one. */
  open(tenantId: TenantId, userId: UserId): OpenSession {
    this.endDue();
    const place = placeOf(tenantId, userId);
    const leaving = this.#leaving.get(place);
    this.#leaving.delete(place);
    if (leaving !== undefined) return { generation: leaving.generation, isNew: false };
    const past = this.#tenants.get(tenantId);
    const generation = past?.people.get(userId)?.generation ?? past?.forgotten ?? 0;
    return { generation: generation + 1, isNew: true };
  }

  /** The last connection of somebody closed. */
  close(tenantId: TenantId, userId: UserId, generation: number): void {
    const at = this.clock.now();
    this.#remember(tenantId, userId, { at, generation });
    const endsAtMs = this.clock.monotonicMs() + this.graceMs;
    this.#leaving.set(placeOf(tenantId, userId), { tenantId, userId, generation, at, endsAtMs });
    for (const [place, oldest] of this.#leaving) {
      if (this.#leaving.size <= MAX_LEAVING) break;
      this.#end(place, oldest);
    }
  }

  /** Ends the sessions whose grace is over. */
  endDue(): void {
    const now = this.clock.monotonicMs();
    for (const [place, session] of this.#leaving) {
      if (session.endsAtMs > now) break;
      this.#end(place, session);
    }
  }

  /** Those of a tenant whose grace runs. */
  leaving(tenantId: TenantId): readonly EndedSession[] {
    return [...this.#leaving.values()].filter((session) => session.tenantId === tenantId);
  }

  /** The latest session of somebody who is not connected. */
  latest(tenantId: TenantId, userId: UserId): { readonly at: Date; readonly generation: number } | undefined {
    return this.#tenants.get(tenantId)?.people.get(userId);
  }

  #end(place: string, session: Leaving): void {
    this.#leaving.delete(place);
    this.ended(session);
  }

  #remember(tenantId: TenantId, userId: UserId, session: { readonly at: Date; readonly generation: number }): void {
    let past = this.#tenants.get(tenantId);
    if (past === undefined) this.#tenants.set(tenantId, (past = { people: new Map(), forgotten: 0 }));
    past.people.delete(userId);
    past.people.set(userId, session);
    for (const [oldest, { generation }] of past.people) {
      if (past.people.size <= MAX_REMEMBERED) break;
      past.people.delete(oldest);
      past.forgotten = Math.max(past.forgotten, generation);
    }
  }
}

function placeOf(tenantId: TenantId, userId: UserId): string {
  return `${tenantId} ${userId}`;
}
