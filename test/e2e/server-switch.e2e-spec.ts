import { describe, expect, it } from '@jest/globals';
import { dirname } from 'node:path';
import { findProgram } from '../support/find-program.js';
import { decidePrograms } from '../support/server-program.js';

const nowhere = () => null;

describe('a missing server', () => {
  it('is one loud line and a skip on a machine of one’s own', () => {
    expect(decidePrograms(['redis-server', 'nats-server'], {}, nowhere)).toEqual({
      kind: 'skip',
      line: 'NO SERVER: redis-server and nats-server not found. Install them (Debian: apt-get install redis-server nats-server).',
    });
    expect(decidePrograms(['haproxy'], { REQUIRE_BROKERS: '0', CI: 'false' }, nowhere).kind).toBe('skip');
  });

  it('is a failure where nothing may be left out', () => {
    expect(() => decidePrograms(['redis-server'], { REQUIRE_BROKERS: '1' }, nowhere)).toThrow('NO SERVER');
    expect(() => decidePrograms(['redis-server'], { CI: 'true' }, nowhere)).toThrow('NO SERVER');
  });

  it('is looked for in the PATH', () => {
    expect(findProgram('node', `/nowhere:${dirname(process.execPath)}`)).toBe(process.execPath);
    expect(findProgram('no-such-server')).toBeNull();
  });
});
