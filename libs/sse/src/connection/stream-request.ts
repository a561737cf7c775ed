import type { ServerResponse } from 'node:http';
import type { Connection } from './connection.js';
import type { FrameSink } from './output/frame-sink.js';
import type { ConnectionGrant } from './connection-grant.js';

/** Everything about a request to follow that was authenticated, authorised and admitted. */
export interface StreamRequest extends ConnectionGrant {
  /** The client's position as it came; anything but a position that can be honoured leads to `resync`, never to an error. */
  readonly cursor: string | null;
  /** Members added to the data of `connected`. */
  readonly connectedExtra?: Readonly<Record<string, unknown>>;
}

/** A stream of which everything that can fail has succeeded. Exactly one of its methods must be called, once. */
export interface PreparedStream {
  /**
   * Takes the response over, in one tick: writes `connected`, registers the connection, starts the replay.
   * Status and headers must have been committed; the response must not be written by anybody else but whole frames.
   */
  attach(response: ServerResponse): Connection;
  /** The same for a carrier that is not a plain response: a poll that collects, a WebSocket. */
  attachTo(sink: FrameSink): Connection;
  /** Gives slot and tenant back when the request ended before its stream began. */
  abandon(): void;
}
