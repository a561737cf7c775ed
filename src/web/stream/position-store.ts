/** Keeps the position across page loads, so that a reloaded page resumes. */
export interface PositionStore {
  load(): string | null;
  save(position: string): void;
}

/**
 * Stores one position per tab and person. Another tab has its own stream, and another person may belong to another tenant.
 * A browser without storage (private mode, full quota) only cannot resume, so failures are ignored.
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
      // No storage: the next page load starts live.
    }
  }
}
