import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Backplane, BackplaneMessage } from '../../backplane/backplane.js';
import { SseError } from '../../sse.errors.js';
import { decodeMessages, encodeMessages } from '../../backplane/message-codec.js';
import { ListenConnection } from './listen-connection.js';
import { MessageBatch } from '../../backplane/message-batch.js';
import { FrameAssembler, toFrames } from './notify-frames.js';

const CHANNEL = 'herald_sse';
/** Ephemeral events wait for each other; hints and pokes do not wait. */
const COALESCE_MS = 20;
const SELF_TEST_MS = 2_000;
const SELF_TEST = 'self-test';

/** What a {@link ListenBackplane} is made of. */
export interface ListenBackplaneOptions {
  /** Sends; may go through a pooler. */
  readonly pool: Pool;
  /** A direct login for the one connection that listens. */
  readonly listenUrl: string;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * Carries hints between nodes with LISTEN/NOTIFY of the database that is there anyway. One NOTIFY per flush, in a transaction
 * of its own, never in a publisher's: NOTIFY serialises commits. Messages are lost while the database is away; the batch tail repairs that.
 */
export class ListenBackplane implements Backplane {
  readonly #sender = randomBytes(9).toString('base64url');
  readonly #listening: ListenConnection;
  readonly #assembler = new FrameAssembler();
  readonly #batch = new MessageBatch();
  #listener: ((message: BackplaneMessage) => void) | null = null;
  #selfTest: (() => void) | null = null;
  /** Ends the wait for the next flush. */
  #cancelWait: (() => void) | null = null;
  #urgent = false;
  #flushing: Promise<void> | null = null;
  #flushes = 0;
  /** Messages that could not be sent, and notifications that were not ours. */
  readonly counters = { lost: 0, foreign: 0 };

  constructor(private readonly options: ListenBackplaneOptions) {
    this.#listening = new ListenConnection(options.listenUrl, CHANNEL, {
      notification: (payload) => this.#receive(payload),
      failed: options.onError,
    });
  }

  /** @throws SseError `ERR_SSE_STORAGE` when nothing can be heard; the message names the likely cause. */
  async start(listener: (message: BackplaneMessage) => void): Promise<void> {
    this.#listener = listener;
    try {
      await this.#listening.start();
      await this.#testOneself();
    } catch (error) {
      await this.#listening.stop();
      this.#listener = null;
      if (error instanceof SseError) throw error;
      throw new SseError(
        'ERR_SSE_STORAGE',
        `No connection for LISTEN to ${new URL(this.options.listenUrl).host}: ${error instanceof Error ? error.message : String(error)}. Check DATABASE_LISTEN_URL.`,
        { cause: error },
      );
    }
  }

  publish(message: BackplaneMessage): void {
    if (this.#listener === null || !this.#batch.add(message)) {
      this.counters.lost += 1;
      return;
    }
    this.#schedule(message.kind !== 'ephemeral');
  }

  isConnected(): boolean {
    return this.#listening.isConnected;
  }

  async stop(): Promise<void> {
    if (this.#listener === null) return;
    this.#cancel();
    while (this.#flushing) await this.#flushing;
    await this.#flush();
    this.#listener = null;
    await this.#listening.stop();
  }

  #schedule(urgent: boolean): void {
    // A flush under way schedules the next one itself.
    if (this.#flushing) {
      this.#urgent ||= urgent;
      return;
    }
    if (this.#cancelWait !== null && (this.#urgent || !urgent)) return;
    this.#cancel();
    this.#urgent = urgent;
    const run = (): void => {
      this.#cancelWait = null;
      this.#urgent = false;
      this.#flushing = this.#flush().finally(() => {
        this.#flushing = null;
        if (!this.#batch.isEmpty && this.#listener !== null) this.#schedule(this.#urgent);
      });
    };
    if (urgent) {
      const immediate = setImmediate(run);
      this.#cancelWait = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(run, COALESCE_MS);
      this.#cancelWait = () => clearTimeout(timer);
    }
  }

  #cancel(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#urgent = false;
  }

  async #flush(): Promise<void> {
    const messages = this.#batch.take();
    if (messages.length === 0) return;
    try {
      await this.#notify(encodeMessages(messages));
    } catch (error) {
      this.counters.lost += messages.length;
      this.options.onError(`${messages.length} messages between nodes were lost`, error);
    }
  }

  /** One statement, so one transaction: the frames arrive together and in order. */
  async #notify(text: string): Promise<void> {
    await this.options.pool.query({
      name: 'sse-notify',
      text: 'SELECT pg_notify($1, frame) FROM unnest($2::text[]) AS frame',
      values: [CHANNEL, toFrames(this.#sender, (this.#flushes += 1), text)],
    });
  }

  #receive(payload: string): void {
    const text = this.#assembler.accept(payload);
    if (text === null) return;
    if (text.startsWith(SELF_TEST)) {
      if (text === `${SELF_TEST} ${this.#sender}`) this.#selfTest?.();
      return;
    }
    const messages = decodeMessages(text);
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
      await this.#notify(`${SELF_TEST} ${this.#sender}`);
      if (await heard) return;
    } finally {
      clearTimeout(timer);
      this.#selfTest = null;
    }
    const { host, pathname } = new URL(this.options.listenUrl);
    throw new SseError(
      'ERR_SSE_STORAGE',
      `A NOTIFY was not heard within ${SELF_TEST_MS / 1000} s on ${host}${pathname}. A pooler in transaction mode (PgBouncer, for instance) swallows LISTEN, ` +
        'or the URL leads to another database than the one for requests. Set DATABASE_LISTEN_URL to a direct connection to the same database, or choose another SSE_BACKPLANE.',
    );
  }
}
