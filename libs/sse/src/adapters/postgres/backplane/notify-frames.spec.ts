import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameAssembler, toFrames } from './notify-frames.js';

describe('FrameAssembler', () => {
  it('restores any text from frames that NOTIFY accepts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30_000 }), (text) => {
        const frames = toFrames('sender', 7, text);
        expect(frames.every((frame) => Buffer.byteLength(frame) <= 7_500)).toBe(true);
        const assembler = new FrameAssembler();
        const results = frames.map((frame) => assembler.accept(frame));
        expect(results.at(-1)).toBe(Buffer.from(text).toString());
        expect(results.slice(0, -1).every((result) => result === null)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('separates the texts of several senders', () => {
    const assembler = new FrameAssembler();
    const a = toFrames('a', 1, 'x'.repeat(10_000));
    const b = toFrames('b', 1, 'y'.repeat(10_000));
    assembler.accept(a[0] ?? '');
    assembler.accept(b[0] ?? '');
    expect(assembler.accept(a[1] ?? '')).toBe('x'.repeat(10_000));
    expect(assembler.accept(b[1] ?? '')).toBe('y'.repeat(10_000));
  });

  it('drops a text with a missing, duplicate or foreign frame, and restores the next text', () => {
    const assembler = new FrameAssembler();
    const [first = '', second = '', third = ''] = toFrames('a', 1, 'x'.repeat(20_000));
    for (const frames of [
      [first, third],
      [first, second, second],
      [second, third],
    ]) {
      for (const frame of frames) expect(assembler.accept(frame)).toBeNull();
    }
    const [, other = ''] = toFrames('a', 2, 'y'.repeat(10_000));
    assembler.accept(first);
    expect(assembler.accept(other)).toBeNull();
    expect([first, second, third].map((frame) => assembler.accept(frame)).at(-1)).toBe('x'.repeat(20_000));
  });
});
