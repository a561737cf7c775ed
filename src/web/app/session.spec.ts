import { expect, test } from '@jest/globals';
import { may, sessionOf } from './session.js';

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const session = (accessToken: string, roles: readonly string[] = ['buyer']) =>
  sessionOf(
    {
      accessToken,
      expiresAt: '2026-11-21T16:00:00Z',
      user: { id: 'acme.buyer', tenantId: 'acme', name: '李婷', roles },
    },
    'Acme',
  );

test('offers what the permissions of the token cover', () => {
  const one = session(token({ permissions: ['notification:send', 'sse:*'], name: '李婷' }));
  expect(may(one, 'notification:send')).toBe(true);
  expect(may(one, 'sse:admin')).toBe(true);
  expect(may(one, 'notification:broadcast')).toBe(false);
});

test('offers everything to an administrator, and nothing for a token that it cannot read', () => {
  expect(may(session(token({}), ['admin']), 'sse:admin')).toBe(true);
  expect(may(session('nonsense'), 'notification:send')).toBe(false);
});

test('keeps no token', () => {
  const accessToken = token({ permissions: [] });
  expect(JSON.stringify(session(accessToken))).not.toContain(accessToken.split('.')[1]);
});
