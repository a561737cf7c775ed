import { describe, expect, it } from '@jest/globals';
import { findBrowser } from '../support/browser.js';

const NOWHERE = ['/nowhere/chromium'];

describe('a missing browser', () => {
  it('is one loud line and a skip on a machine of one’s own', () => {
    expect(findBrowser({}, NOWHERE)).toEqual({
      kind: 'skip',
      line: expect.stringMatching(/^NO BROWSER: .*\/nowhere\/chromium.* SKIPPED\.$/),
    });
    expect(findBrowser({ REQUIRE_BROKERS: '0', CI: 'false' }, NOWHERE).kind).toBe('skip');
  });

  it('is a failure where nothing may be left out', () => {
    expect(() => findBrowser({ REQUIRE_BROKERS: '1' }, NOWHERE)).toThrow('NO BROWSER');
    expect(() => findBrowser({ CI: 'true' }, NOWHERE)).toThrow('NO BROWSER');
  });

  it('is looked for where CHROMIUM_PATH says, and only there', () => {
    expect(findBrowser({ CHROMIUM_PATH: process.execPath }, NOWHERE)).toEqual({ kind: 'run', path: process.execPath });
    expect(findBrowser({ CHROMIUM_PATH: '/nowhere/else' }, [process.execPath]).kind).toBe('skip');
  });
});
