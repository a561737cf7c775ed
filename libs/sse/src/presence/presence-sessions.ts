import type { Clock, TenantId, UserId } from '@nest-herald/platform';

/** The session of a user who has just opened a connection. */
export interface OpenSession {
  readonly generation: number;
  /** Whether the session begins now, or continues after an absence within the grace. */
  readonly isNew: boolean;
}

/** A session that has ended, or ends unless the user returns within the grace. */
export interface EndedSession {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly generation: number;
  readonly at: Date;
}

/** The most disconnected users remembered per tenant, latest first. */
const MAX_REMEMBERED = 10_000;
/** The most users over all tenants whose grace runs. */
const MAX_LEAVING = 10_000;

interface LeavingSession extends EndedSession {
  readonly endsAtMs: number;
}

interface PastSessions {
  /** In the order of leaving, oldest first. */
  readonly users: Map<UserId, { readonly at: Date; readonly generation: number }>;
  /** The highest generation of the users who were forgotten. The next session of such a user must be higher. */
  forgotten: number;
}

/** The sessions of disconnected users in one process. A user who returns within the grace continues the same session. */
export class PresenceSessions {
  readonly #past = new Map<TenantId, PastSessions>();
  /** In the order of leaving, which is also the order in which the graces end. */
  readonly #leaving = new Map<string, LeavingSession>();

  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
    private readonly ended: (session: EndedSession) => void,
  ) {}

  /** Opens a session for the first connection of a user. */
  open(tenantId: TenantId, userId: UserId): OpenSession {
    this.endDue();
    const key = keyOf(tenantId, userId);
    const leaving = this.#leaving.get(key);
    this.#leaving.delete(key);
    if (leaving !== undefined) return { generation: leaving.generation, isNew: false };
    const past = this.#past.get(tenantId);
    const generation = past?.users.get(userId)?.generation ?? past?.forgotten ?? 0;
    return { generation: generation + 1, isNew: true };
  }

  /** Starts the grace after the last connection of a user has closed. */
  close(tenantId: TenantId, userId: UserId, generation: number): void {
    const at = this.clock.now();
    this.#remember(tenantId, userId, { at, generation });
    const endsAtMs = this.clock.monotonicMs() + this.graceMs;
    this.#leaving.set(keyOf(tenantId, userId), { tenantId, userId, generation, at, endsAtMs });
    for (const [key, oldest] of this.#leaving) {
      if (this.#leaving.size <= MAX_LEAVING) break;
      this.#end(key, oldest);
    }
  }

  /** Ends the sessions whose grace is over. */
  endDue(): void {
    const now = this.clock.monotonicMs();
    for (const [key, session] of this.#leaving) {
      if (session.endsAtMs > now) break;
      this.#end(key, session);
    }
  }

  /** The sessions of a tenant whose grace runs. */
  leaving(tenantId: TenantId): readonly EndedSession[] {
    return [...this.#leaving.values()].filter((session) => session.tenantId === tenantId);
  }

  /** The latest session of a user who is not connected. */
  latest(tenantId: TenantId, userId: UserId): { readonly at: Date; readonly generation: number } | undefined {
    return this.#past.get(tenantId)?.users.get(userId);
  }

  #end(key: string, session: LeavingSession): void {
    this.#leaving.delete(key);
    this.ended(session);
  }

  #remember(tenantId: TenantId, userId: UserId, session: { readonly at: Date; readonly generation: number }): void {
    let past = this.#past.get(tenantId);
    if (past === undefined) this.#past.set(tenantId, (past = { users: new Map(), forgotten: 0 }));
    past.users.delete(userId);
    past.users.set(userId, session);
    for (const [oldest, { generation }] of past.users) {
      if (past.users.size <= MAX_REMEMBERED) break;
      past.users.delete(oldest);
      past.forgotten = Math.max(past.forgotten, generation);
    }
  }
}

function keyOf(tenantId: TenantId, userId: UserId): string {
  return `${tenantId} ${userId}`;
}
