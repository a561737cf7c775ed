import { describe, expect, it } from '@jest/globals';
import { natsLogin } from './nats-login.js';

describe('natsLogin', () => {
  it('parses servers, logins and tokens, and adds the default port', () => {
    expect(natsLogin('nats://one')).toEqual({ servers: ['one:4222'], tls: false });
    expect(natsLogin('tls://ann:p%40ss@one:1, tls://two')).toEqual({
      servers: ['one:1', 'two:4222'],
      tls: true,
      user: 'ann',
      password: 'p@ss',
    });
    expect(natsLogin('nats://s3cret@[::1]:4222')).toEqual({ servers: ['[::1]:4222'], tls: false, token: 's3cret' });
  });

  it('returns null for everything else', () => {
    for (const text of [
      '',
      'one:4222',
      'http://one',
      'nats://one/path',
      'nats://one?x=1',
      'nats://one,tls://two',
      'nats://ann:a@one,nats://bob:b@two',
      'nats://%zz:a@one',
      'nats://one,',
    ]) {
      expect([text, natsLogin(text)]).toEqual([text, null]);
    }
  });
});
