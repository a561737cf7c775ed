import type { ServerResponse } from 'node:http';
import type { Connection } from './connection.js';
import type { FrameSink } from './output/frame-sink.js';
import type { ConnectionGrant } from './connection-grant.js';

/** A request for a stream that was authenticated, authorised and admitted. */
export interface StreamRequest extends ConnectionGrant {
  /** The client's position as it was sent. One that cannot be honoured leads to a `resync`, never to an error. */
  readonly cursor: string | null;
  /** Members added to the data of `connected`. */
  readonly connectedExtra?: Readonly<Record<string, unknown>>;
}

/** A stream whose fallible steps have all succeeded. Exactly one of its methods must be called, once. */
export interface PreparedStream {
  /**
   * Takes over the response in one tick: writes `connected`, registers the connection, starts the replay.
   * Status and headers must be committed. Other code may write only whole frames to the response.
   */
  attach(response: ServerResponse): Connection;
  /** The same for a carrier that is not a plain response, such as a long poll or a WebSocket. */
  attachTo(sink: FrameSink): Connection;
  /** Releases the slot and the feed when the request ended before its stream began. */
  abandon(): void;
}
