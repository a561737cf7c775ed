import { randomBytes } from 'node:crypto';
import { SseError } from '../vocabulary/sse.errors.js';
import type { Backplane, BackplaneMessage } from './backplane.js';
import type { Carrier } from './carrier.js';
import { FlushSchedule } from './flush-schedule.js';
import { MessageBatch } from './message-batch.js';
import { decodeMessages } from './message-codec.js';
import { packMessages } from './message-packing.js';

const SELF_TEST_MS = 2_000;
const SELF_TEST = 'self-test';
/** While the carrier is disconnected, losses are reported this often, not on every flush. */
const REPORT_INTERVAL_MS = 10_000;
/** We never send a longer text, so parsing one would only cost time. */
const MAX_RECEIVED_LENGTH = 4_194_304;

type Listener = (message: BackplaneMessage) => void;

/**
 * A {@link Backplane} over any {@link Carrier}. Published messages wait for the next flush in a bounded batch, where a newer
 * message replaces the ones that it supersedes. A failed flush is lost, counted and reported; the batch tail repairs it.
 *
 * States: stopped → started → stopped. Starting sends a self-test text: a carrier that does not return it is refused with the remedy.
 */
export class CarrierBackplane implements Backplane {
  readonly #sender = randomBytes(9).toString('base64url');
  readonly #batch = new MessageBatch();
  readonly #schedule = new FlushSchedule(() => this.#flush());
  #listener: Listener | null = null;
  #selfTest: (() => void) | null = null;
  #unreported = 0;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  /** Messages that could not be sent (`lost`) and received texts that are not ours (`foreign`). */
  readonly counters = { lost: 0, foreign: 0 };

  constructor(
    private readonly carrier: Carrier,
    private readonly onError: (what: string, error: unknown) => void,
  ) {}

  /** @throws SseError of the carrier, when it cannot be reached or does not return the self-test. */
  async start(listener: Listener): Promise<void> {
    this.#listener = listener;
    try {
      await this.carrier.start({ received: (text) => this.#receive(text), failed: this.onError });
      await this.#runSelfTest();
    } catch (error) {
      this.#listener = null;
      await this.carrier.stop();
      throw error instanceof SseError ? error : this.carrier.unreachable(error);
    }
  }

  publish(message: BackplaneMessage): void {
    if (this.#listener === null) this.counters.lost += 1;
    else if (this.#batch.add(message)) this.#schedule.request(message.kind !== 'ephemeral');
    else this.#lose(1, new Error('too many messages wait for the carrier'));
  }

  isConnected(): boolean {
    return this.#listener !== null && this.carrier.isConnected;
  }

  async stop(): Promise<void> {
    if (this.#listener === null) return;
    // First, so that nothing is accepted while the last flush runs.
    this.#listener = null;
    await this.#schedule.finish();
    await this.carrier.stop();
  }

  async #flush(): Promise<void> {
    const messages = this.#batch.take();
    if (messages.length === 0) return;
    try {
      const { texts, dropped } = packMessages(messages, this.carrier.maxTextBytes);
      if (dropped > 0) this.#lose(dropped, new Error(`larger than the limit of ${this.carrier.maxTextBytes} bytes`));
      await this.carrier.send(texts);
    } catch (error) {
      this.#lose(messages.length, error);
    }
  }

  #lose(count: number, error: unknown): void {
    this.counters.lost += count;
    this.#unreported += count;
    const nowMs = performance.now();
    if (nowMs - this.#reportedAtMs < REPORT_INTERVAL_MS) return;
    this.#reportedAtMs = nowMs;
    this.onError(`${this.#unreported} messages between servers were lost`, error);
    this.#unreported = 0;
  }

  #receive(text: string): void {
    if (this.#listener === null) return;
    if (text.startsWith(SELF_TEST)) {
      if (text === `${SELF_TEST} ${this.#sender}`) this.#selfTest?.();
      return;
    }
    const messages = text.length > MAX_RECEIVED_LENGTH ? null : decodeMessages(text);
    if (messages === null) {
      this.counters.foreign += 1;
      return;
    }
    for (const message of messages) this.#listener?.(message);
  }

  async #runSelfTest(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const returned = new Promise<boolean>((resolve) => {
      this.#selfTest = () => resolve(true);
      timer = setTimeout(() => resolve(false), SELF_TEST_MS);
    });
    try {
      await this.carrier.send([`${SELF_TEST} ${this.#sender}`]);
      if (!(await returned)) throw this.carrier.selfTestFailed(SELF_TEST_MS);
    } finally {
      clearTimeout(timer);
      this.#selfTest = null;
    }
  }
}
