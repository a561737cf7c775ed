/** Code of features that is told about something; one that throws harms neither the hub nor the others. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @param failed is told what a listener threw. */
  constructor(private readonly failed: (error: unknown) => void) {}

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** @returns a function that takes the listener away. */
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
