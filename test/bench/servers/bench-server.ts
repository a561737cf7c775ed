import type { EventEmitter } from 'node:events';

import type { Growth } from '../processes/messages.js';
import type { BenchEvent } from './bench-event.js';

/** A server under test: it holds streams open and publishes on request. */
export interface BenchServer {
  readonly port: number;
  /** Request target of a stream; `{user}` stands for the user's id. */
  readonly path: string;
  /** Text in the response that shows that the stream is live. */
  readonly readyMarker: string;
  /** Publishes one event to every connection. A promise resolves when the event is accepted. */
  publishToAll(event: BenchEvent): Promise<unknown> | void;
  /** Publishes one event to the connection of that user. */
  publishToUser(user: number, event: BenchEvent): Promise<unknown> | void;
  /** Adds history to the tenant, or other tenants with one follower each. Absent if the server has neither. */
  readonly grow?: (by: Growth) => Promise<void>;
  /** Events that replays have read from the log so far. */
  readonly logReads?: () => number;
  /** Number of listeners on objects that live as long as the server. */
  readonly listeners?: () => number;
  /** Ends every stream and stops listening. */
  readonly close: () => Promise<void>;
}

/** Number of listeners of all events of an emitter. */
export function listenersOf(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

/** Address of every server, and its queue of connections that wait to be accepted (docs/performance.md). */
export const LISTEN = { port: 0, host: '127.0.0.1', backlog: 4096 } as const;

/** The end of the head of a plain response. */
export const END_OF_HEAD = '\r\n\r\n';
