import { describe, expect, test } from '@jest/globals';
import { isAtOrBefore, parsePosition } from './position.js';

describe('a position', () => {
  test('is an epoch of eight characters and a number without leading zeros', () => {
    expect(parsePosition('abcd1234.0')).toEqual({ epoch: 'abcd1234', seq: 0 });
    expect(parsePosition('abcd1234.9007199254740991')?.seq).toBe(9007199254740991);
    for (const text of ['', '7', 'abcd1234.', 'abcd1234.01', 'ABCD1234.1', 'abcd123.1', 'abcd1234.1 ', null]) {
      expect(parsePosition(text)).toBeNull();
    }
  });

  test('of the same epoch is compared by number, not as text', () => {
    expect(isAtOrBefore('abcd1234.9', 'abcd1234.10')).toBe(true);
    expect(isAtOrBefore('abcd1234.10', 'abcd1234.10')).toBe(true);
    expect(isAtOrBefore('abcd1234.11', 'abcd1234.10')).toBe(false);
  });

  test('of another epoch is new, and so is the first of all', () => {
    expect(isAtOrBefore('zzzz1234.1', 'abcd1234.10')).toBe(false);
    expect(isAtOrBefore('abcd1234.1', null)).toBe(false);
  });
});
