/** Wake-ups of one shard within this time become one message: a busy shard is polled more often anyway. */
const INTERVAL_MS = 20;

/** Sends the first wake-up of a shard at once, and one at the end for all that follow within 20 ms. */
export class WakeUpLimiter {
  readonly #waiting = new Map<number, { readonly timer: NodeJS.Timeout; again: boolean }>();

  constructor(private readonly send: (shard: number) => void) {}

  wakeUp(shard: number): void {
    const waiting = this.#waiting.get(shard);
    if (waiting) {
      waiting.again = true;
      return;
    }
    const timer = setTimeout(() => this.#end(shard), INTERVAL_MS);
    timer.unref();
    this.#waiting.set(shard, { timer, again: false });
    this.send(shard);
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #end(shard: number): void {
    const again = this.#waiting.get(shard)?.again === true;
    this.#waiting.delete(shard);
    if (again) this.wakeUp(shard);
  }
}
