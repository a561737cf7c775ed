import type { ServerResponse } from 'node:http';
import type { AudienceKey } from '../audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '../principal.js';
import type { AdmissionSlot } from './admission-slot.js';
import type { Connection } from './connection.js';
import type { FrameSink } from './frame-sink.js';

/** Everything about a request to follow that was authenticated, authorised and admitted. */
export interface StreamRequest {
  readonly principal: Principal;
  /** Audience keys of the holder now, without topics. */
  readonly keys: readonly AudienceKey[];
  /** Granted topics and patterns, as the client wrote them. */
  readonly topics: readonly string[];
  /** Topics asked for and left out (`onDeniedTopic: 'omit'`). */
  readonly denied: readonly string[];
  /** The client's position as it came; anything but a position that can be honoured leads to `resync`, never to an error. */
  readonly cursor: string | null;
  /** What presence shows as the device, ≤ 64 characters. */
  readonly device: string;
  readonly transport: Transport;
  readonly heartbeat: 'event' | 'comment';
  /** Given to the connection at `attach`, released by `abandon` otherwise. */
  readonly slot: AdmissionSlot;
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
