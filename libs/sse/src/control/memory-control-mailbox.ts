import { type Clock, systemClock, type TenantId } from '@nest-herald/platform';
import type { ServerRequest, ControlMailbox } from '../seams/control-mailbox.js';

const LIFE_MS = 5_000;
const MAX_LETTERS = 10_000;

interface Kept extends ServerRequest {
  readonly putAtMs: number;
  isTaken: boolean;
  answer: string | null;
}

/** A {@link ControlMailbox} for the hubs of one process. */
export class MemoryControlMailbox implements ControlMailbox {
  readonly #nodes = new Set<string>();
  /** Oldest first. */
  readonly #letters = new Map<string, Kept>();

  constructor(private readonly clock: Clock = systemClock) {}

  open(nodeId: string): Promise<void> {
    this.#nodes.add(nodeId);
    return Promise.resolve();
  }

  put(letter: ServerRequest): Promise<boolean> {
    if (!this.#nodes.has(letter.nodeId)) return Promise.resolve(false);
    for (const [id, { putAtMs }] of this.#letters) {
      if (this.#letters.size < MAX_LETTERS && !this.#isOld(putAtMs)) break;
      this.#letters.delete(id);
    }
    this.#letters.set(letter.id, { ...letter, putAtMs: this.clock.monotonicMs(), isTaken: false, answer: null });
    return Promise.resolve(true);
  }

  take(id: string, nodeId: string): Promise<Pick<ServerRequest, 'tenantId' | 'request'> | null> {
    const letter = this.#letters.get(id);
    if (letter === undefined || letter.nodeId !== nodeId || letter.isTaken || this.#isOld(letter.putAtMs)) {
      return Promise.resolve(null);
    }
    letter.isTaken = true;
    return Promise.resolve({ tenantId: letter.tenantId, request: letter.request });
  }

  answer(id: string, nodeId: string, answer: string): Promise<void> {
    const letter = this.#letters.get(id);
    if (letter?.nodeId === nodeId && letter.isTaken) letter.answer ??= answer;
    return Promise.resolve();
  }

  collect(id: string, tenantId: TenantId, withdraw: boolean): Promise<string | null> {
    const letter = this.#letters.get(id);
    if (letter === undefined || letter.tenantId !== tenantId) return Promise.resolve(null);
    if (withdraw || letter.answer !== null) this.#letters.delete(id);
    return Promise.resolve(letter.answer);
  }

  #isOld(putAtMs: number): boolean {
    return this.clock.monotonicMs() - putAtMs > LIFE_MS;
  }
}
