/** The states of a connection. */
export type ConnectionState = 'replaying' | 'live' | 'closing' | 'closed';

/** The inputs that change the state of a connection. */
export type ConnectionInput =
  /** Everything up to the live position was written. */
  | 'caughtUp'
  /** The server ends the stream. The client still gets what is queued and the `close` event. */
  | 'close'
  /** The response is gone, for whatever reason. */
  | 'gone';

/**
 * All transitions. `closed` is final, and no transition leads back.
 *
 * | state | means |
 * |---|---|
 * | replaying | registered; live durable events are pending until the log was read up to them |
 * | live | events are queued as they arrive |
 * | closing | takes no more events; the `close` event was sent, a deadline runs |
 * | closed | everything was released |
 */
const TRANSITIONS: Readonly<Record<ConnectionState, Readonly<Record<ConnectionInput, ConnectionState>>>> = {
  replaying: { caughtUp: 'live', close: 'closing', gone: 'closed' },
  live: { caughtUp: 'live', close: 'closing', gone: 'closed' },
  closing: { caughtUp: 'closing', close: 'closing', gone: 'closed' },
  closed: { caughtUp: 'closed', close: 'closed', gone: 'closed' },
};

/** @returns the state that follows `state` after `input`. */
export function nextState(state: ConnectionState, input: ConnectionInput): ConnectionState {
  return TRANSITIONS[state][input];
}
