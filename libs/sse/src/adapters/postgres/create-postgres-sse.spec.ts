import { describe, expect, it } from '@jest/globals';
import { createPostgresSse, type PostgresSseOptions } from './create-postgres-sse.js';

const good: PostgresSseOptions = { connectionString: 'postgres://127.0.0.1/erp', nodeId: 'node-1' };

describe('createPostgresSse', () => {
  it.each([
    ['connectionString', 'mysql://127.0.0.1/erp', 'must be a postgres:// URL'],
    ['listenUrl', 'not a url', 'must be a postgres:// URL'],
    ['nodeId', 'two words', 'must be 1 to 64 characters'],
    ['nodeId', '', 'must be 1 to 64 characters'],
    ['shards', 0, 'from 1 to 64, got 0'],
    ['shards', 65, 'from 1 to 64, got 65'],
    ['retentionDays', 366, 'from 1 to 365, got 366'],
    ['poolSize', 1.5, 'from 1 to 100, got 1.5'],
    ['poolsize', 3, 'is not an option'],
  ])('refuses %s = %j', (name, value, fault) => {
    expect(() => createPostgresSse({ ...good, [name]: value })).toThrow(
      expect.objectContaining({
        code: 'ERR_SSE_INVALID_OPTIONS',
        message: expect.stringMatching(new RegExp(`${name} .*${fault}`)) as unknown as string,
      }),
    );
  });

  it('reports all faults together and never shows the login', () => {
    const options = { connectionString: 'mysql://erp:canary@127.0.0.1/erp', nodeId: '', shards: 0, pool: 1 };
    expect(() => createPostgresSse(options)).toThrow(
      /^createPostgresSse: (?!.*canary)pool is .*; connectionString .*; nodeId .*; shards /,
    );
  });
});
