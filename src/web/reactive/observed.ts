/** A value that components can observe. Listeners learn that it changed and then read what they need. */
export class Observed {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` after each change. @returns the function that unsubscribes; the caller must call it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
