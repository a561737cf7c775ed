import { describe, expect, it } from '@jest/globals';
import { isTraceparent } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('isTraceparent', () => {
  it.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `cc-${TRACE}-${PARENT}-09`])(
    'accepts %s',
    (text) => {
      expect(isTraceparent(text)).toBe(true);
    },
  );

  it.each([
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['the forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['text after it', `00-${TRACE}-${PARENT}-01-x`],
    ['a line break after it', `00-${TRACE}-${PARENT}-01\n`],
    ['a field that injects a frame', `00-${TRACE}-${PARENT}-01\n\nevent: forged`],
    ['an empty text', ''],
    ['a number', 7],
    ['undefined', undefined],
  ])('refuses %s', (_, text) => {
    expect(isTraceparent(text)).toBe(false);
  });
});
