import type { Violation, ViolationKind } from './records.js';

/** Texts kept of each kind; beyond that only the number grows. */
const KEPT = 20;

/** Collects broken promises: all are counted, the first of each kind are told. */
export class Findings {
  readonly #counts = new Map<ViolationKind, number>();
  readonly #kept: Violation[] = [];

  add(kind: ViolationKind, text: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= KEPT) this.#kept.push({ kind, text });
  }

  get counts(): Readonly<Partial<Record<ViolationKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  get kept(): readonly Violation[] {
    return this.#kept;
  }
}
