import type { Violation, ViolationKind } from './records.js';

/** Texts kept per kind; further violations are only counted. */
const KEPT = 20;

/** Collects violations: all are counted, and the first of each kind keep their text. */
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
