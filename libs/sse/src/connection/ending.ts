/** What is given back at the end of a connection. */
export interface Endable {
  /** Gives slot, index places and presence back. */
  giveBack(): void;
}

/**
 * The end of a connection: what it holds is given back exactly once, and who waits for the end is told exactly once,
 * whoever ends it and however often.
 */
export class Ending {
  #hasLeft = false;
  #isOver = false;
  #listeners: (() => void)[] | null = null;

  constructor(private readonly owner: Endable) {}

  /** It takes nothing any more; its response may still be open. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.owner.giveBack();
  }

  /** Its response is gone. */
  finish(): void {
    this.leave();
    this.#isOver = true;
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) listener();
  }

  /** Calls back once, at the end; at once if it is over. */
  onFinish(listener: () => void): void {
    if (this.#isOver) listener();
    else if (this.#listeners === null) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }
}
