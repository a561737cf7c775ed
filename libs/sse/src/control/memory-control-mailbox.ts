import { type Clock, systemClock, type TenantId } from '@nest-herald/platform';
import type { ServerRequest, ControlMailbox } from '../seams/control-mailbox.js';

const LIFE_MS = 5_000;
const MAX_REQUESTS = 10_000;

interface StoredRequest extends ServerRequest {
  readonly putAtMs: number;
  isTaken: boolean;
  answer: string | null;
}

/** A {@link ControlMailbox} for the hubs of one process. */
export class MemoryControlMailbox implements ControlMailbox {
  readonly #servers = new Set<string>();
  /** Oldest first. */
  readonly #requests = new Map<string, StoredRequest>();

  constructor(private readonly clock: Clock = systemClock) {}

  open(nodeId: string): Promise<void> {
    this.#servers.add(nodeId);
    return Promise.resolve();
  }

  put(request: ServerRequest): Promise<boolean> {
    if (!this.#servers.has(request.nodeId)) return Promise.resolve(false);
    for (const [id, { putAtMs }] of this.#requests) {
      if (this.#requests.size < MAX_REQUESTS && !this.#isExpired(putAtMs)) break;
      this.#requests.delete(id);
    }
    this.#requests.set(request.id, { ...request, putAtMs: this.clock.monotonicMs(), isTaken: false, answer: null });
    return Promise.resolve(true);
  }

  take(id: string, nodeId: string): Promise<Pick<ServerRequest, 'tenantId' | 'request'> | null> {
    const stored = this.#requests.get(id);
    if (stored === undefined || stored.nodeId !== nodeId || stored.isTaken || this.#isExpired(stored.putAtMs)) {
      return Promise.resolve(null);
    }
    stored.isTaken = true;
    return Promise.resolve({ tenantId: stored.tenantId, request: stored.request });
  }

  answer(id: string, nodeId: string, answer: string): Promise<void> {
    const stored = this.#requests.get(id);
    if (stored?.nodeId === nodeId && stored.isTaken) stored.answer ??= answer;
    return Promise.resolve();
  }

  collect(id: string, tenantId: TenantId, withdraw: boolean): Promise<string | null> {
    const stored = this.#requests.get(id);
    if (stored === undefined || stored.tenantId !== tenantId) return Promise.resolve(null);
    if (withdraw || stored.answer !== null) this.#requests.delete(id);
    return Promise.resolve(stored.answer);
  }

  #isExpired(putAtMs: number): boolean {
    return this.clock.monotonicMs() - putAtMs > LIFE_MS;
  }
}
