import { describe, expect, it } from '@jest/globals';
import { randomIdGenerator } from './id-generator.js';

describe('The random ids', () => {
  it('have the requested length across every refill of the pool, and none repeats', () => {
    const seen = new Set<string>();
    const sizes = [9, 12, 16, 18, 32, 4_095, 4_096, 5_000];
    for (let i = 0; i < 2_000; i++) {
      const bytes = sizes[i % (i % 50 === 0 ? sizes.length : 5)]!;
      const id = randomIdGenerator.random(bytes);
      expect(Buffer.from(id, 'base64url')).toHaveLength(bytes);
      seen.add(id);
    }
    expect(seen.size).toBe(2_000);
  });

  it('share no bytes with the previous id, in any part of the pool', () => {
    let previous = randomIdGenerator.random(16).slice(0, 8);
    for (let i = 0; i < 600; i++) {
      const next = randomIdGenerator.random(16).slice(0, 8);
      expect(next).not.toBe(previous);
      previous = next;
    }
  });
});
