import { describe, expect, it } from '@jest/globals';
import { isHigherVersion } from './version.js';

/** From https://semver.org, section 11, lowest first. */
const ORDERED: readonly string[] = [
  '0.9.10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.2',
  '1.0.10',
  '2.0.0',
];

describe('Versions', () => {
  it('are in the order of Semantic Versioning', () => {
    for (const [i, one] of ORDERED.entries()) {
      for (const [j, other] of ORDERED.entries()) {
        expect([one, other, isHigherVersion(one, other)]).toEqual([one, other, i > j]);
      }
    }
  });

  it('ignore build metadata', () => {
    expect(isHigherVersion('1.0.0+2', '1.0.0+1')).toBe(false);
    expect(isHigherVersion('1.0.1+1', '1.0.0+2')).toBe(true);
  });

  it('are not higher when they are no versions', () => {
    expect(isHigherVersion('next', '0.1.0')).toBe(false);
  });
});
