import { describe, expect, it } from '@jest/globals';
import { logSafe } from './redact.js';

describe('logSafe', () => {
  it.each([
    ['a token', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl here', 'got [token] here'],
    ['an authorization header', 'Authorization: Bearer abc.def', 'Authorization: Bearer [hidden]'],
    ['a database password', 'at postgres://herald:s3cr3t@db:5432/x', 'at postgres://herald:[hidden]@db:5432/x'],
    [
      'a token in a query',
      'GET /events?topics=a&access_token=abc&x=1',
      'GET /events?topics=a&access_token=[hidden]&x=1',
    ],
    ['a ticket', 'GET /stream?ticket=Zm9v', 'GET /stream?ticket=[hidden]'],
    ['a cookie', 'Cookie: herald_session=abc; b=c', 'Cookie: [hidden]'],
  ])('hides %s', (_what, line, expected) => {
    expect(logSafe(line)).toBe(expected);
  });

  it('keeps a record on one line', () => {
    expect(logSafe('a\r\nb\u001b[31mred\u2028c\u0000')).toBe('a\\r\\nb\\u001b[31mred\\u2028c\\u0000');
  });

  it('leaves ordinary text unchanged', () => {
    const line = 'Sent 3 events to acme.buyer in 4 ms (http://127.0.0.1:3000/inbox?page=2) – 采购';
    expect(logSafe(line)).toBe(line);
  });
});
