import type { EventEmitter } from 'node:events';

import type { Growth } from '../processes/messages.js';
import type { BenchEvent } from './bench-event.js';

/** A server under test: holds streams open and publishes when it is told to. */
export interface BenchServer {
  readonly port: number;
  /** Request target of a stream; `{user}` stands for the person's id. */
  readonly path: string;
  /** Text of the response that says that the stream is live. */
  readonly readyMarker: string;
  /** Hands one event over for every connection; resolves, where it is asynchronous, when the event is accepted. */
  publishToAll(event: BenchEvent): Promise<unknown> | void;
  /** Hands one event over for the one connection of that person. */
  publishToUser(user: number, event: BenchEvent): Promise<unknown> | void;
  /** Adds history to the tenant, or other tenants with a follower each. Absent where there is nothing of the kind. */
  readonly grow?: (by: Growth) => Promise<void>;
  /** Events that replays had to read from the log so far. */
  readonly logReads?: () => number;
  /** Listeners on what lives as long as the server. */
  readonly listeners?: () => number;
  /** Ends every stream and stops listening. */
  readonly close: () => Promise<void>;
}

/** Listeners of all events of an emitter. */
export function listenersOf(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

/** Address of every server and its queue of connections that wait to be accepted (performance.md, "What dominates"). */
export const LISTEN = { port: 0, host: '127.0.0.1', backlog: 4096 } as const;

/** What says that a plain response has begun. */
export const END_OF_HEAD = '\r\n\r\n';
