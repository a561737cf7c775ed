import type { ServerResponse } from 'node:http';
import { parsePosition } from '@nest-herald/sse-protocol';
import { ChunkJoiner } from '../connection/output/chunk-joiner.js';
import { Connection } from '../connection/connection.js';
import type { FrameSink } from '../connection/output/frame-sink.js';
import { ResponseSink } from '../connection/output/response-sink.js';
import type { PreparedStream, StreamRequest } from '../connection/stream-request.js';
import type { StreamStart } from '../connection/stream-start.js';
import { catchUp } from './feed/catch-up.js';
import type { IdGenerator } from '../vocabulary/id-generator.js';
import type { TenantFeeds } from './feed/tenant-feeds.js';
import type { TenantFeedDeps, TenantFeed } from './feed/tenant-feed.js';

/** The start of a stream without a cursor. */
const LIVE: StreamStart = { resume: 'live' };

/** 22 characters of base64url. */
const ID_BYTES = 16;

/** What an opener is made of. */
export interface OpenerDeps extends TenantFeedDeps {
  readonly nodeId: string;
  readonly ids: IdGenerator;
  /** The connection stands in the index and `connected` is written; same tick. */
  readonly onOpened: (connection: Connection) => void;
}

/** Opens streams: everything that can fail in `prepare`, the rest in one tick in `attach` (delivery.md §2, "Catch-up"). */
export class StreamOpener {
  readonly #joiner = new ChunkJoiner();

  constructor(
    private readonly deps: OpenerDeps,
    private readonly tenants: TenantFeeds,
  ) {}

  /** @throws whatever the log throws; the slot is given back then. */
  async prepare(request: StreamRequest): Promise<PreparedStream> {
    const stream = this.tenants.acquire(request.principal.tenantId);
    try {
      if (!stream.isOpen) await stream.open();
      const { cursor } = request;
      const start = cursor === null || cursor === '' ? LIVE : await this.#start(stream, cursor);
      return this.#prepared(stream, request, start, stream.epoch);
    } catch (error) {
      stream.release();
      request.slot.release();
      throw error;
    }
  }

  #prepared(stream: TenantFeed, request: StreamRequest, start: StreamStart, epoch: string): PreparedStream {
    let isSpent = false;
    const spend = (): void => {
      if (isSpent) throw new TypeError('A prepared stream is attached or abandoned once; prepare another one.');
      isSpent = true;
    };
    const attachTo = (sink: FrameSink): Connection => {
      spend();
      // The log may have been replaced since the cursor was judged.
      const now: StreamStart =
        start.resume === 'replay' && stream.epoch !== epoch ? { resume: 'reset', reason: 'epoch' } : start;
      return this.#attach(stream, request, sink, now);
    };
    return {
      attach: (response: ServerResponse) => attachTo(new ResponseSink(response, this.#joiner)),
      attachTo,
      abandon: () => {
        if (isSpent) return;
        spend();
        stream.release();
        request.slot.release();
      },
    };
  }

  #attach(stream: TenantFeed, request: StreamRequest, sink: FrameSink, start: StreamStart): Connection {
    const { deps } = this;
    const connection = new Connection(`${deps.nodeId}.${deps.ids.random(ID_BYTES)}`, request, sink, stream);
    const mustReplay = connection.begin(start, request.connectedExtra);
    stream.join(connection);
    deps.onOpened(connection);
    if (connection.sweep() || !mustReplay) return connection;
    catchUp(connection, stream, deps.options).catch((error: unknown) => {
      deps.warn(`The replay of ${connection.id} failed, it is asked to come back: ${String(error)}`);
      connection.close('shutdown');
    });
    return connection;
  }

  /** Judges a cursor. No cursor is an error: what cannot be honoured becomes a `resync` (P6). */
  async #start(stream: TenantFeed, cursor: string): Promise<StreamStart> {
    const position = parsePosition(cursor);
    if (position === null) return { resume: 'reset', reason: 'invalid_cursor' };
    if (position.epoch !== stream.epoch) await stream.refresh();
    if (position.epoch !== stream.epoch) return { resume: 'reset', reason: 'epoch' };
    const after = position.seq;
    if (after > stream.head) {
      const { head } = await stream.refresh();
      if (after > head) return { resume: 'reset', reason: 'invalid_cursor' };
    }
    return (await this.#isTooOld(stream, after))
      ? { resume: 'reset', reason: 'history_gap' }
      : { resume: 'replay', after };
  }

  async #isTooOld(stream: TenantFeed, after: number): Promise<boolean> {
    if (after >= stream.head) return false;
    const { replayMaxAgeMs } = this.deps.options;
    const sinceMs = this.deps.clock.now().getTime() - replayMaxAgeMs;
    await stream.warm(after);
    const next = stream.ring.at(after + 1);
    if (next !== undefined) return replayMaxAgeMs > 0 && next.createdAtMs < sinceMs;
    const { floor } = await stream.refresh();
    if (after < floor) return true;
    return replayMaxAgeMs > 0 && after + 1 < (await stream.log.firstSince(stream.tenantId, new Date(sinceMs)));
  }
}
