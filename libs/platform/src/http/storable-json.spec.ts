import { describe, expect, it } from '@jest/globals';
import { isStorableText, jsonFault } from './storable-json.js';

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 1; i < depth; i++) value = [value];
  return value;
};

describe('Storable JSON', () => {
  it.each([
    ['plain', true],
    ['😀 pair', true],
    ['nul\0', false],
    ['\ud800', false],
    ['a\udc00b', false],
    ['\ud83d', false],
  ])('accepts %j: %s', (text, accepted) => {
    expect(isStorableText(text)).toBe(accepted);
  });

  it.each([
    ['a deep NUL', { a: [{ b: '\0' }] }, 'NUL'],
    ['a NUL in a key', { 'a\0': 1 }, 'key'],
    ['33 levels', nested(33), '32 levels'],
    ['a hundred thousand levels', nested(100_000), '32 levels'],
    ['too many bytes', 'x'.repeat(99), 'at most 100'],
  ])('refuses %s and returns the reason', (_what, value, fault) => {
    expect(jsonFault(value, 100)).toContain(fault);
  });

  it.each([null, 0, false, '', nested(32), JSON.parse('{"__proto__":{"x":1}}')])('accepts %j', (value) => {
    expect(jsonFault(value, 1_000)).toBeNull();
  });
});
