import type { ServerResponse } from 'node:http';
import { parsePosition } from '@nest-herald/sse-protocol';
import { ChunkJoiner } from '../connection/output/chunk-joiner.js';
import { Connection } from '../connection/connection.js';
import type { FrameSink } from '../connection/output/frame-sink.js';
import { ResponseSink } from '../connection/output/response-sink.js';
import type { PreparedStream, StreamRequest } from '../connection/stream-request.js';
import type { StreamStart } from '../connection/stream-start.js';
import { catchUp } from './feed/catch-up.js';
import type { IdGenerator } from '@nest-herald/platform';
import type { TenantFeeds } from './feed/tenant-feeds.js';
import type { TenantFeed } from './feed/tenant-feed.js';
import type { TenantFeedDeps } from './feed/tenant-feed-deps.js';

/** The start of a stream without a cursor. */
const LIVE: StreamStart = { resume: 'live' };

/** 22 characters of base64url. */
const ID_BYTES = 16;

/** The dependencies of a {@link StreamOpener}. */
export interface OpenerDeps extends TenantFeedDeps {
  readonly nodeId: string;
  readonly ids: IdGenerator;
  /** The connection is in the index and `connected` is written. It runs in the same tick. */
  readonly onOpened: (connection: Connection) => void;
}

/** Opens streams: `prepare` does everything that can fail, `attach` the rest in one tick. */
export class StreamOpener {
  readonly #joiner = new ChunkJoiner();

  constructor(
    private readonly deps: OpenerDeps,
    private readonly feeds: TenantFeeds,
  ) {}

  /** @throws what the log throws, after releasing the slot. */
  async prepare(request: StreamRequest): Promise<PreparedStream> {
    const feed = this.feeds.acquire(request.principal.tenantId);
    try {
      if (!feed.isOpen) await feed.open();
      const { cursor } = request;
      const start = cursor === null || cursor === '' ? LIVE : await this.#start(feed, cursor);
      return this.#prepared(feed, request, start, feed.epoch);
    } catch (error) {
      feed.release();
      request.slot.release();
      throw error;
    }
  }

  #prepared(feed: TenantFeed, request: StreamRequest, start: StreamStart, epoch: string): PreparedStream {
    let isSpent = false;
    const spend = (): void => {
      if (isSpent) throw new TypeError('This prepared stream was already attached or abandoned. Prepare another one.');
      isSpent = true;
    };
    const attachTo = (sink: FrameSink): Connection => {
      spend();
      // The log may have been replaced since the cursor was checked.
      const now: StreamStart =
        start.resume === 'replay' && feed.epoch !== epoch ? { resume: 'reset', reason: 'epoch' } : start;
      return this.#attach(feed, request, sink, now);
    };
    return {
      attach: (response: ServerResponse) => attachTo(new ResponseSink(response, this.#joiner)),
      attachTo,
      abandon: () => {
        if (isSpent) return;
        spend();
        feed.release();
        request.slot.release();
      },
    };
  }

  #attach(feed: TenantFeed, request: StreamRequest, sink: FrameSink, start: StreamStart): Connection {
    const { deps } = this;
    const connection = new Connection(`${deps.nodeId}.${deps.ids.random(ID_BYTES)}`, request, sink, feed);
    const mustReplay = connection.begin(start, request.connectedExtra);
    feed.join(connection);
    deps.onOpened(connection);
    if (connection.sweep() || !mustReplay) return connection;
    catchUp(connection, feed, deps.options).catch((error: unknown) => {
      deps.warn(`The replay of connection ${connection.id} failed. The client is asked to reconnect: ${String(error)}`);
      connection.close('shutdown');
    });
    return connection;
  }

  /** Checks a cursor. It is never an error: one that cannot be honoured becomes a `resync` (P6). */
  async #start(feed: TenantFeed, cursor: string): Promise<StreamStart> {
    const position = parsePosition(cursor);
    if (position === null) return { resume: 'reset', reason: 'invalid_cursor' };
    if (position.epoch !== feed.epoch) await feed.refresh();
    if (position.epoch !== feed.epoch) return { resume: 'reset', reason: 'epoch' };
    const after = position.seq;
    if (after > feed.head) {
      const { head } = await feed.refresh();
      if (after > head) return { resume: 'reset', reason: 'invalid_cursor' };
    }
    return (await this.#isTooOld(feed, after))
      ? { resume: 'reset', reason: 'history_gap' }
      : { resume: 'replay', after };
  }

  async #isTooOld(feed: TenantFeed, after: number): Promise<boolean> {
    if (after >= feed.head) return false;
    const { replayMaxAgeMs } = this.deps.options;
    const sinceMs = this.deps.clock.now().getTime() - replayMaxAgeMs;
    await feed.fillRing(after);
    const next = feed.ring.at(after + 1);
    if (next !== undefined) return replayMaxAgeMs > 0 && next.createdAtMs < sinceMs;
    const { floor } = await feed.refresh();
    if (after < floor) return true;
    return replayMaxAgeMs > 0 && after + 1 < (await feed.log.firstSince(feed.tenantId, new Date(sinceMs)));
  }
}
