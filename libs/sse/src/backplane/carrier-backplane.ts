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
/** While the carrier is away, losses are told this often, not once a flush. */
const REPORT_INTERVAL_MS = 10_000;
/** Nothing of ours is longer; the rest is not worth parsing. */
const MAX_HEARD_LENGTH = 4_194_304;

type Listener = (message: BackplaneMessage) => void;

/**
 * A {@link Backplane} over anything that brings texts from node to node. What is published waits for the next flush in a bounded
 * batch, in which later messages replace what they make needless; a flush that fails is lost, counted and told, and the batch tail repairs it.
 *
 * States: stopped → started → stopped. At the start a text is sent round once: a carrier that swallows it is refused with the remedy.
 */
export class CarrierBackplane implements Backplane {
  readonly #sender = randomBytes(9).toString('base64url');
  readonly #batch = new MessageBatch();
  readonly #schedule = new FlushSchedule(() => this.#flush());
  #listener: Listener | null = null;
  #selfTest: (() => void) | null = null;
  #untold = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Messages that could not be sent, and texts that were not ours. */
  readonly counters = { lost: 0, foreign: 0 };

  constructor(
    private readonly carrier: Carrier,
    private readonly onError: (what: string, error: unknown) => void,
  ) {}

  /** @throws SseError, the carrier's own, when it cannot be reached or what is sent is not heard. */
  async start(listener: Listener): Promise<void> {
    this.#listener = listener;
    try {
      await this.carrier.start({ heard: (text) => this.#receive(text), failed: this.onError });
      await this.#testOneself();
    } catch (error) {
      this.#listener = null;
      await this.carrier.stop();
      throw error instanceof SseError ? error : this.carrier.unreachable(error);
    }
  }

  publish(message: BackplaneMessage): void {
    if (this.#listener === null) this.counters.lost += 1;
    else if (this.#batch.add(message)) this.#schedule.request(message.kind !== 'ephemeral');
    else this.#lose(1, new Error('too much waits for the carrier'));
  }

  isConnected(): boolean {
    return this.#listener !== null && this.carrier.isConnected;
  }

  async stop(): Promise<void> {
    if (this.#listener === null) return;
    // First, so that nothing more is taken while the rest leaves.
    this.#listener = null;
    await this.#schedule.finish();
    await this.carrier.stop();
  }

  async #flush(): Promise<void> {
    const messages = this.#batch.take();
    if (messages.length === 0) return;
    try {
      const { texts, dropped } = packMessages(messages, this.carrier.maxTextBytes);
      if (dropped > 0) this.#lose(dropped, new Error(`larger than the ${this.carrier.maxTextBytes} bytes of one text`));
      await this.carrier.send(texts);
    } catch (error) {
      this.#lose(messages.length, error);
    }
  }

  #lose(count: number, error: unknown): void {
    this.counters.lost += count;
    this.#untold += count;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < REPORT_INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.onError(`${this.#untold} messages between nodes were lost`, error);
    this.#untold = 0;
  }

  #receive(text: string): void {
    if (this.#listener === null) return;
    if (text.startsWith(SELF_TEST)) {
      if (text === `${SELF_TEST} ${this.#sender}`) this.#selfTest?.();
      return;
    }
    const messages = text.length > MAX_HEARD_LENGTH ? null : decodeMessages(text);
    if (messages === null) {
      this.counters.foreign += 1;
      return;
    }
    for (const message of messages) this.#listener?.(message);
  }

  async #testOneself(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const heard = new Promise<boolean>((resolve) => {
      this.#selfTest = () => resolve(true);
      timer = setTimeout(() => resolve(false), SELF_TEST_MS);
    });
    try {
      await this.carrier.send([`${SELF_TEST} ${this.#sender}`]);
      if (!(await heard)) throw this.carrier.deaf(SELF_TEST_MS);
    } finally {
      clearTimeout(timer);
      this.#selfTest = null;
    }
  }
}
