import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { CarrierBackplane } from '../../../backplane/carrier-backplane.js';
import { type Carrier, type CarrierEvents, causeOf } from '../../../backplane/carrier.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { ListenConnection } from './listen-connection.js';
import { FrameAssembler, toFrames } from './notify-frames.js';

const CHANNEL = 'herald_sse';
/** Far below what the frames of one text can carry. */
const MAX_TEXT_BYTES = 1_048_576;

/** Options of a {@link ListenBackplane}. */
export interface ListenBackplaneOptions {
  /** For sending; may go through a pooler. */
  readonly pool: Pool;
  /** URL of a direct connection, for listening. */
  readonly listenUrl: string;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * Carries messages between servers with LISTEN/NOTIFY of the database that exists anyway. Each flush notifies in a transaction
 * of its own, never in a publisher's, because NOTIFY serialises commits. Messages are lost while the database is unreachable;
 * the batch tail repairs that.
 */
export class ListenBackplane extends CarrierBackplane {
  constructor({ pool, listenUrl, onError }: ListenBackplaneOptions) {
    super(new NotifyCarrier(pool, listenUrl), onError);
  }
}

/** Sends over a pool and listens on a connection of its own. */
class NotifyCarrier implements Carrier {
  readonly maxTextBytes = MAX_TEXT_BYTES;
  readonly #sender = randomBytes(9).toString('base64url');
  readonly #assembler = new FrameAssembler();
  #listening: ListenConnection | null = null;
  #number = 0;

  constructor(
    private readonly pool: Pool,
    private readonly listenUrl: string,
  ) {}

  get isConnected(): boolean {
    return this.#listening?.isConnected ?? false;
  }

  async start(events: CarrierEvents): Promise<void> {
    this.#listening = new ListenConnection(this.listenUrl, CHANNEL, {
      notification: (payload) => {
        const text = this.#assembler.accept(payload);
        if (text !== null) events.received(text);
      },
      failed: (what, error) => events.failed(what, error),
    });
    await this.#listening.start();
  }

  /** One statement is one transaction, so the frames arrive together and in order. */
  async send(texts: readonly string[]): Promise<void> {
    await this.pool.query({
      name: 'sse-notify',
      text: 'SELECT pg_notify($1, frame) FROM unnest($2::text[]) AS frame',
      values: [CHANNEL, texts.flatMap((text) => toFrames(this.#sender, (this.#number += 1), text))],
    });
  }

  async stop(): Promise<void> {
    await this.#listening?.stop();
    this.#listening = null;
  }

  unreachable(cause: unknown): SseError {
    return new SseError(
      'ERR_SSE_STORAGE',
      `The LISTEN connection to ${new URL(this.listenUrl).host} failed: ${causeOf(cause)}. Check DATABASE_LISTEN_URL.`,
      { cause },
    );
  }

  selfTestFailed(withinMs: number): SseError {
    const { host, pathname } = new URL(this.listenUrl);
    return new SseError(
      'ERR_SSE_STORAGE',
      `A NOTIFY did not arrive within ${withinMs / 1000} s on ${host}${pathname}. A pooler in transaction mode (such as PgBouncer) drops LISTEN, or the URL leads to ` +
        'another database than the one for requests. Set DATABASE_LISTEN_URL to a direct connection to the same database, or choose another SSE_BACKPLANE.',
    );
  }
}
