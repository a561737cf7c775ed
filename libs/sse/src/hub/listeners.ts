/** A set of listeners. One that throws affects neither the hub nor the other listeners. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @param failed receives what a listener threw. */
  constructor(private readonly failed: (error: unknown) => void) {}

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** @returns a function that removes the listener. */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  call(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
