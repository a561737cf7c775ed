/** The phase of a stream. EventStream documents the transitions. */
export type StreamPhase = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

/** Why a stream is not open. `closed:<reason>` carries the reason of the server's `close` event. */
export type StreamCause =
  'none' | 'connection-lost' | 'silent' | 'refused' | 'unauthenticated' | 'dropped' | `closed:${string}`;

export interface StreamState {
  readonly phase: StreamPhase;
  readonly cause: StreamCause;
  /** HTTP status of a refusal, if known. */
  readonly status: number | null;
  /** Start of this phase, epoch milliseconds. */
  readonly sinceMs: number;
  /** When the page itself retries. Null if the browser retries, or nothing does. */
  readonly nextTryAtMs: number | null;
}

/** Data of the event `connected`. */
export interface Connected {
  readonly connectionId: string;
  readonly serverTime: string;
  readonly heartbeatIntervalMs: number;
  readonly topics: readonly string[];
  readonly resume: 'live' | 'replay' | 'reset';
  readonly tokenExpiresAt: string;
}

/** One recent event, as the connection page lists it. */
export interface SeenEvent {
  readonly type: string;
  readonly id: string | null;
  readonly atMs: number;
}

/** What the page knows and counts about its stream, across reconnects. */
export interface StreamFacts {
  readonly connected: Connected | null;
  readonly position: string | null;
  readonly openedAtMs: number | null;
  readonly lastEventAtMs: number | null;
  readonly lastHeartbeatAtMs: number | null;
  readonly connects: number;
  readonly events: number;
  readonly heartbeats: number;
  /** Durable events that arrived again and were dropped. */
  readonly duplicates: number;
  readonly resyncs: number;
  /** The newest events, newest first, at most {@link RECENT_LIMIT}. */
  readonly recent: readonly SeenEvent[];
}

export const RECENT_LIMIT = 30;

export const NO_FACTS: StreamFacts = {
  connected: null,
  position: null,
  openedAtMs: null,
  lastEventAtMs: null,
  lastHeartbeatAtMs: null,
  connects: 0,
  events: 0,
  heartbeats: 0,
  duplicates: 0,
  resyncs: 0,
  recent: [],
};
