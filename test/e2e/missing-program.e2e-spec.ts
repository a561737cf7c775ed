import { describe, expect, it } from '@jest/globals';
import { dirname } from 'node:path';
import { findProgram } from '../support/find-program.js';
import { decidePrograms } from '../support/server-program.js';

const findNothing = () => null;

describe('Suite whose server program is missing', () => {
  it('is skipped with one visible line on a developer’s machine', () => {
    expect(decidePrograms(['redis-server', 'nats-server'], {}, findNothing)).toEqual({
      kind: 'skip',
      line: 'NO SERVER: redis-server and nats-server not found. Install them (Debian: apt-get install redis-server nats-server).',
    });
    expect(decidePrograms(['haproxy'], { REQUIRE_BROKERS: '0', CI: 'false' }, findNothing).kind).toBe('skip');
  });

  it('fails where skipping is forbidden', () => {
    expect(() => decidePrograms(['redis-server'], { REQUIRE_BROKERS: '1' }, findNothing)).toThrow('NO SERVER');
    expect(() => decidePrograms(['redis-server'], { CI: 'true' }, findNothing)).toThrow('NO SERVER');
  });

  it('searches the PATH for the program', () => {
    expect(findProgram('node', `/missing:${dirname(process.execPath)}`)).toBe(process.execPath);
    expect(findProgram('no-such-server')).toBeNull();
  });
});
