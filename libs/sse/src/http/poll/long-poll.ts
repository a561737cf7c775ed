import type { ServerResponse } from 'node:http';
import type { ControlPayloads } from '@nest-herald/sse-protocol';
import { Injectable } from '@nestjs/common';
import type { Connection } from '../../connection/connection.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import type { Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { type PlatformRequest, type PlatformResponse, rawResponse } from '@nest-herald/platform/http';
import { closeConnectionAfterResponse } from './close-after-response.js';
import type { PollQuery } from '../operations/operation-queries.js';
import { PollCollector, type PollEvent } from './poll-collector.js';
import { StreamIntake } from '../stream/stream-intake.js';
import { invalidToken } from '../identity/token-claims.js';

/** Response of `GET /poll` (P70 – P73). */
export interface PollAnswer {
  /** In order. At most 200 events, and no further one once they have 256 KiB of data. */
  readonly events: readonly PollEvent[];
  /** `after` of the next poll. */
  readonly position: string;
  /** Applies after the events: refetch the state of these scopes. */
  readonly resync: ControlPayloads['resync'] | null;
  /** Requested topics that were denied (`onDeniedTopic: 'omit'`); absent when there are none. */
  readonly denied?: readonly string[];
}

/**
 * Long polling. Each poll is a connection of the hub like any stream, with the same admission, subscription, replay and order;
 * its sink collects one response. A client that continues from `position` misses no durable event and gets none twice.
 */
@Injectable()
export class LongPoll {
  constructor(private readonly intake: StreamIntake) {}

  /**
   * Answers as soon as there is an event, at the latest after `waitMs` plus the time of the replay; at once without `after`. When
   * the client disconnects, everything is released.
   * @throws SseRefusal as opening a stream does; without events also 401 when the token expired or was revoked during the wait,
   * and 503 `draining` when the server stops.
   */
  async answer(
    request: PlatformRequest,
    response: PlatformResponse,
    principal: Principal,
    { after, waitMs }: PollQuery,
  ): Promise<PollAnswer> {
    const cursor = after === undefined || after === '' ? null : after;
    const prepared = await this.intake.prepare(request, principal, { transport: 'poll', cursor });
    return collect(prepared, rawResponse(response), cursor === null ? 0 : waitMs);
  }
}

function collect(prepared: PreparedStream, response: ServerResponse, waitMs: number): Promise<PollAnswer> {
  return new Promise((resolve, reject) => {
    let isFinishing = false;
    let isTimeUp = false;
    const finishIfReady = (): void => {
      const hasSomething = collector.events.length > 0 || isTimeUp;
      const isOver = collector.isFull || collector.isGone || collector.closeReason !== null;
      if (isFinishing || !(isOver || (hasSomething && collector.isCaughtUp))) return;
      isFinishing = true;
      // Events published in the same turn are included, and the index must not change while the hub iterates over it.
      setImmediate(finish);
    };
    const collector = new PollCollector(finishIfReady);
    const connection = prepared.attachTo(collector);
    const reset = (): void => connection.reset();
    const timer = setTimeout(() => {
      isTimeUp = true;
      finishIfReady();
    }, waitMs);
    response.once('close', reset);
    // The client may have disconnected while the log was read; `close` was emitted then.
    if (response.destroyed) reset();

    function finish(): void {
      clearTimeout(timer);
      response.off('close', reset);
      if (collector.closeReason === 'shutdown') closeConnectionAfterResponse(response);
      try {
        resolve(answerOf(connection, collector));
      } catch (error) {
        reject(error as Error);
      }
    }
  });
}

/** Closes the connection and returns what it collected. */
function answerOf(connection: Connection, collector: PollCollector): PollAnswer {
  // Every event up to here was collected or is in the queue, which closing flushes into the collector.
  const position = connection.position;
  connection.close('complete');
  collector.reset();
  const { events, resync, isFull } = collector;
  if (events.length === 0 && resync === null) refuseIfEnded(collector);
  const { denied } = connection;
  return {
    events,
    // The next poll gets what did not fit.
    position: isFull ? (collector.position ?? position) : position,
    resync,
    ...(denied.length > 0 ? { denied } : {}),
  };
}

function refuseIfEnded({ closeReason, retryMs }: PollCollector): void {
  if (closeReason === 'revoked') throw invalidToken('it was revoked during the wait');
  if (closeReason === 'token_expired') {
    throw new SseRefusal(401, 'token_expired', { detail: 'The access token has expired. Get a new one.' });
  }
  if (closeReason === 'shutdown') {
    throw new SseRefusal(503, 'draining', {
      detail: 'This server is shutting down. Retry: another server answers, or this one after its restart.',
      retryAfterMs: retryMs,
    });
  }
}
