/** Something that components can watch: it says *that* it changed, the reader takes what it wants. */
export class Observed {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` after each change. @returns the function that ends it; whoever subscribes must call it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
