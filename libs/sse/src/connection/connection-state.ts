/** Where a connection is in its life. */
export type ConnectionState = 'replaying' | 'live' | 'closing' | 'closed';

/** What moves a connection on. */
export type ConnectionInput =
  /** Everything up to the live edge was written. */
  | 'caughtUp'
  /** The server wants the stream to end; the client still gets what waits and the `close` event. */
  | 'close'
  /** The response is gone, whoever ended it. */
  | 'gone';

/**
 * The total table. `closed` is final; nothing leads back.
 *
 * | state | means |
 * |---|---|
 * | replaying | registered; live durable events wait until the log was read up to them |
 * | live | events go to the queue as they come |
 * | closing | takes nothing any more; the `close` event is on its way, a deadline runs |
 * | closed | everything was given back |
 */
const TRANSITIONS: Readonly<Record<ConnectionState, Readonly<Record<ConnectionInput, ConnectionState>>>> = {
  replaying: { caughtUp: 'live', close: 'closing', gone: 'closed' },
  live: { caughtUp: 'live', close: 'closing', gone: 'closed' },
  closing: { caughtUp: 'closing', close: 'closing', gone: 'closed' },
  closed: { caughtUp: 'closed', close: 'closed', gone: 'closed' },
};

/** @returns the state behind `state` after `input`. */
export function nextState(state: ConnectionState, input: ConnectionInput): ConnectionState {
  return TRANSITIONS[state][input];
}
