import { Inject, Injectable, Logger } from '@nestjs/common';
import { EVENT_LOG, type EventLog } from '../event-log/event-log.js';
import { Hub } from '../hub/hub.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import { SseCounters } from '../observability/sse-counters.js';
import { type ResolvedSseOptions, SSE_OPTIONS } from '../options/sse.options.js';
import type { EventInput, Tx } from '../vocabulary/envelope.js';
import { type Audience, durableRows, ephemeralEvents } from '../vocabulary/publication.js';
import { SseError } from '../vocabulary/sse.errors.js';
import { isTraceparent } from '../vocabulary/traceparent.js';

/** How a send joins the caller's transaction. */
export interface SendOptions {
  /** The caller's open transaction: the event exists exactly when it commits. Without it the log opens its own. */
  readonly tx?: Tx;
}

/** The result of a send. */
export interface SendReceipt {
  readonly durable: boolean;
  /** The `dedupeKey` was seen within 24 h, and nothing was written. */
  readonly deduplicated: boolean;
}

/** @returns the error for an ephemeral event that names a transaction. */
export function ephemeralInTransaction(): SseError {
  return new SseError(
    'ERR_SSE_INVALID_EVENT',
    'An ephemeral event cannot wait for a transaction. Send it after the commit, or remove durable: false.',
  );
}

/** Checks an event, writes it to the log or hands it to the hub, and counts it. */
@Injectable()
export class EventPublisher {
  readonly #logger = new Logger('SseBroker');

  constructor(
    private readonly hub: Hub,
    private readonly counters: SseCounters,
    @Inject(EVENT_LOG) private readonly eventLog: EventLog,
    @Inject(SSE_OPTIONS) private readonly options: ResolvedSseOptions,
  ) {}

  /** @throws SseError as {@link SseBroker} lists them. */
  async send(tenantId: string, audience: Audience, input: EventInput, { tx }: SendOptions): Promise<SendReceipt> {
    const event = this.#traced(input);
    if (!this.options.topics && typeof audience === 'string' && audience.startsWith('topic:')) {
      throw new SseError(
        'ERR_SSE_TOPICS_DISABLED',
        `Topics are disabled (topics: false), so no connection can follow ${JSON.stringify(audience)}. Enable them, or send to another audience.`,
      );
    }
    if (event.durable === false) {
      if (tx !== undefined) throw ephemeralInTransaction();
      for (const ephemeral of ephemeralEvents(tenantId, audience, event)) {
        this.hub.publishEphemeral(ephemeral);
        this.#count(ephemeral, false, event.traceparent);
      }
      return { durable: false, deduplicated: false };
    }
    const rows = durableRows(tenantId, audience, event);
    if (rows.length === 0) return { durable: true, deduplicated: false };
    const { deduplicated } = await this.eventLog.append(rows, tx);
    if (!deduplicated) for (const row of rows) this.#count(row, true, row.traceparent);
    return { durable: true, deduplicated };
  }

  /** Adds the current trace to an event that names none. */
  #traced(event: EventInput): EventInput {
    const { currentTraceparent } = this.options;
    if (currentTraceparent === undefined || event.traceparent !== undefined) return event;
    try {
      return { ...event, traceparent: currentTraceparent() };
    } catch (error) {
      // Tracing must not decide whether an event is published.
      this.#logger.warn(`currentTraceparent() failed, so the event is published without a trace: ${String(error)}`);
      return event;
    }
  }

  #count(
    { tenantId, type }: { readonly tenantId: string; readonly type: string },
    durable: boolean,
    traceparent: string | undefined,
  ): void {
    this.counters.published(durable);
    sseDiagnostics.published(() => ({
      tenantId,
      type,
      durable,
      ...(isTraceparent(traceparent) ? { traceparent } : {}),
    }));
  }
}
