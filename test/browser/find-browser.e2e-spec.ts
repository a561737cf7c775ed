import { describe, expect, it } from '@jest/globals';
import { findBrowser } from '../support/browser.js';

const NOWHERE = ['/nowhere/chromium'];

describe('findBrowser', () => {
  it('skips with a notice on a developer’s machine', () => {
    expect(findBrowser({}, NOWHERE)).toEqual({
      kind: 'skip',
      notice: expect.stringMatching(/^NO BROWSER: .*\/nowhere\/chromium.* SKIPPED\.$/),
    });
    expect(findBrowser({ REQUIRE_BROKERS: '0', CI: 'false' }, NOWHERE).kind).toBe('skip');
  });

  it('throws where no test may be skipped', () => {
    expect(() => findBrowser({ REQUIRE_BROKERS: '1' }, NOWHERE)).toThrow('NO BROWSER');
    expect(() => findBrowser({ CI: 'true' }, NOWHERE)).toThrow('NO BROWSER');
  });

  it('checks only CHROMIUM_PATH if it is set', () => {
    expect(findBrowser({ CHROMIUM_PATH: process.execPath }, NOWHERE)).toEqual({ kind: 'run', path: process.execPath });
    expect(findBrowser({ CHROMIUM_PATH: '/nowhere/else' }, [process.execPath]).kind).toBe('skip');
  });
});
