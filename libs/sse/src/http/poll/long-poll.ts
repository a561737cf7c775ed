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

/** Answer of `GET /poll` (P70 – P73). */
export interface PollAnswer {
  /** In order; at most 200, at most 256 KiB of data and what the last one adds. */
  readonly events: readonly PollEvent[];
  /** `after` of the next poll. */
  readonly position: string;
  /** Behind the events: fetch the state of the scopes anew. */
  readonly resync: ControlPayloads['resync'] | null;
  /** Topics asked for and left out (`onDeniedTopic: 'omit'`); absent when there are none. */
  readonly denied?: readonly string[];
}

/**
 * Follows by asking again and again: each poll is a connection of the hub like any stream, with the same admission,
 * subscription, replay and order, whose carrier collects one answer. Whoever goes on from `position` misses no durable event
 * and gets none twice.
 */
@Injectable()
export class LongPoll {
  constructor(private readonly intake: StreamIntake) {}

  /**
   * Answers when there is something, at the latest after `waitMs` and what reading the past takes; at once without `after`. A
   * client that leaves frees everything.
   * @throws SseRefusal as opening a stream does; 401 when the token ended or was revoked during the wait, 503 `draining` when
   * the node stops: nothing had come then.
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
      // What is published in the same turn comes along, and the index must not change under the walk that is going on.
      setImmediate(finish);
    };
    const collector = new PollCollector(finishIfReady);
    const connection = prepared.attachTo(collector);
    const leave = (): void => connection.reset();
    const timer = setTimeout(() => {
      isTimeUp = true;
      finishIfReady();
    }, waitMs);
    response.once('close', leave);
    // It may have gone while the log was asked, and said so then.
    if (response.destroyed) leave();

    function finish(): void {
      clearTimeout(timer);
      response.off('close', leave);
      if (collector.closeReason === 'shutdown') closeConnectionAfterResponse(response);
      try {
        resolve(answerOf(connection, collector));
      } catch (error) {
        reject(error as Error);
      }
    }
  });
}

/** Ends the connection and says what it got. */
function answerOf(connection: Connection, collector: PollCollector): PollAnswer {
  // Everything up to here was collected or waits in the queue, which closing empties into the collector.
  const position = connection.position;
  connection.close('complete');
  collector.reset();
  const { events, resync, isFull } = collector;
  if (events.length === 0 && resync === null) refuseIfEnded(collector);
  const { denied } = connection;
  return {
    events,
    // What did not fit any more is left for the next poll.
    position: isFull ? (collector.position ?? position) : position,
    resync,
    ...(denied.length > 0 ? { denied } : {}),
  };
}

function refuseIfEnded({ closeReason, retryMs }: PollCollector): void {
  if (closeReason === 'revoked') throw invalidToken('it was revoked during the wait');
  if (closeReason === 'token_expired') {
    throw new SseRefusal(401, 'token_expired', { detail: 'The access token has ended. Get a new one.' });
  }
  if (closeReason === 'shutdown') {
    throw new SseRefusal(503, 'draining', {
      detail: 'This node could not wait any longer. Try again; another node answers, or this one in a moment.',
      retryAfterMs: retryMs,
    });
  }
}
