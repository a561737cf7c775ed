import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextState, type ConnectionInput, type ConnectionState } from './connection-state.js';

const states: readonly ConnectionState[] = ['replaying', 'live', 'closing', 'closed'];
const inputs: readonly ConnectionInput[] = ['caughtUp', 'close', 'gone'];
const rank = (state: ConnectionState): number => states.indexOf(state);

describe('nextState', () => {
  it('defines a transition for every state and input', () => {
    const table = states.map((state) => inputs.map((input) => nextState(state, input)));
    expect(table).toEqual([
      ['live', 'closing', 'closed'],
      ['live', 'closing', 'closed'],
      ['closing', 'closing', 'closed'],
      ['closed', 'closed', 'closed'],
    ]);
  });

  it('never leads back, and ends in closed when the response is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...inputs)), (path) => {
        let state: ConnectionState = 'replaying';
        for (const input of path) {
          const next = nextState(state, input);
          expect(rank(next)).toBeGreaterThanOrEqual(rank(state));
          state = next;
        }
        expect(nextState(state, 'gone')).toBe('closed');
      }),
    );
  });
});
