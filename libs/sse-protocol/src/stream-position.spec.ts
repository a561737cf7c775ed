import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePositions, formatPosition, isPosition, parsePosition } from './stream-position.js';

const epochs = fc.stringMatching(/^[a-z0-9]{8}$/);
const seqs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('Positions', () => {
  it('are parsed from their text unchanged (P1)', () => {
    fc.assert(
      fc.property(epochs, seqs, (epoch, seq) => {
        expect(parsePosition(formatPosition(epoch, seq))).toEqual({ epoch, seq });
      }),
    );
  });

  it('are refused in every other spelling (P1)', () => {
    for (const text of [
      '',
      'abcdefgh',
      'abcdefgh.',
      'abcdefgh.01',
      'abcdefgh.-1',
      'abcdefgh.1.2',
      'Abcdefgh.1',
      'abcdefg.1',
      'abcdefghi.1',
      ' abcdefgh.1',
      'abcdefgh.1\n',
      'abcdefgh.12345678901234567',
      'abcdefgh.1e3',
      '１bcdefgh.1',
    ]) {
      expect(parsePosition(text)).toBeNull();
    }
  });

  it('are parsed only from the exact text that is formatted (P1)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9]{7,9}\.?[0-9]{0,17}$/)), (text) => {
        const position = parsePosition(text);
        expect(position === null || formatPosition(position.epoch, position.seq) === text).toBe(true);
      }),
    );
  });

  it('are valid but never parsed beyond the safe integers', () => {
    expect(isPosition('abcdefgh.9999999999999999')).toBe(true);
    expect(parsePosition('abcdefgh.9999999999999999')).toBeNull();
  });

  it('are ordered by number within an epoch and not at all across epochs (P4)', () => {
    fc.assert(
      fc.property(epochs, seqs, seqs, (epoch, a, b) => {
        expect(Math.sign(comparePositions({ epoch, seq: a }, { epoch, seq: b })!)).toBe(Math.sign(a - b));
      }),
    );
    expect(comparePositions({ epoch: 'aaaaaaaa', seq: 1 }, { epoch: 'aaaaaaab', seq: 2 })).toBeNull();
  });

  it('are not formatted from invalid parts', () => {
    expect(() => formatPosition('short', 1)).toThrow(TypeError);
    for (const seq of [-1, 1.5, NaN, Infinity, 2 ** 53])
      expect(() => formatPosition('abcdefgh', seq)).toThrow(TypeError);
  });
});
