/** Keeps the position over page loads, so that a reloaded page resumes instead of starting anew. */
export interface PositionStore {
  load(): string | null;
  save(position: string): void;
}

/**
 * Per tab and person: another tab has a stream and a position of its own, and another person another tenant, perhaps.
 * A browser without storage (private mode, full quota) only loses the resumption, so failures are ignored.
 */
export class SessionPositionStore implements PositionStore {
  readonly #key: string;

  constructor(tenantId: string, userId: string) {
    this.#key = `herald.position:${tenantId}:${userId}`;
  }

  load(): string | null {
    try {
      return sessionStorage.getItem(this.#key);
    } catch {
      // No storage: the page starts live.
      return null;
    }
  }

  save(position: string): void {
    try {
      sessionStorage.setItem(this.#key, position);
    } catch {
      // No storage: as above.
    }
  }
}
