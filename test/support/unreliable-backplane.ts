import type { Backplane, BackplaneMessage } from '@nest-herald/sse/spi';
import type { SeededRandom } from '../chaos/seeded-random.js';

const SHARE = 0.3;
const LONGEST_DELAY_MS = 60;

/** The worst backplane that is allowed: of the received messages it drops 30 %, delivers 30 % twice and 30 % late, after newer ones. */
export class UnreliableBackplane implements Backplane {
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What it did, so that a test can check that the faults happened. */
  readonly done = { dropped: 0, doubled: 0, delayed: 0 };

  constructor(
    private readonly good: Backplane,
    private readonly random: SeededRandom,
  ) {}

  start(listener: (message: BackplaneMessage) => void): Promise<void> {
    return this.good.start((message) => {
      if (this.random.chance(SHARE)) {
        this.done.dropped += 1;
        return;
      }
      const isDoubled = this.random.chance(SHARE);
      if (isDoubled) this.done.doubled += 1;
      for (let times = isDoubled ? 2 : 1; times > 0; times -= 1) this.#deliver(listener, message);
    });
  }

  publish(message: BackplaneMessage): void {
    this.good.publish(message);
  }

  isConnected(): boolean {
    return this.good.isConnected();
  }

  stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    return this.good.stop();
  }

  #deliver(listener: (message: BackplaneMessage) => void, message: BackplaneMessage): void {
    if (!this.random.chance(SHARE)) {
      listener(message);
      return;
    }
    this.done.delayed += 1;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        listener(message);
      },
      this.random.whole(1, LONGEST_DELAY_MS),
    );
    this.#timers.add(timer);
  }
}
