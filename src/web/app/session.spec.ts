import { expect, test } from '@jest/globals';
import { isPermitted, sessionOf } from './session.js';

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

test('isPermitted grants what the permissions of the token cover', () => {
  const one = session(token({ permissions: ['notification:send', 'sse:*'], name: '李婷' }));
  expect(isPermitted(one, 'notification:send')).toBe(true);
  expect(isPermitted(one, 'sse:admin')).toBe(true);
  expect(isPermitted(one, 'notification:broadcast')).toBe(false);
});

test('isPermitted grants everything to an administrator, and nothing for an unreadable token', () => {
  expect(isPermitted(session(token({}), ['admin']), 'sse:admin')).toBe(true);
  expect(isPermitted(session('nonsense'), 'notification:send')).toBe(false);
});

test('sessionOf does not keep the token', () => {
  const accessToken = token({ permissions: [] });
  expect(JSON.stringify(session(accessToken))).not.toContain(accessToken.split('.')[1]);
});
