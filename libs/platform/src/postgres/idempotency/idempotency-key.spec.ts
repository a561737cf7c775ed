import { describe, expect, it } from '@jest/globals';
import { requestIdentity } from './idempotency-key.js';

const actor = { tenantId: 'acme', userId: 'ann' };
const request = (more: object = {}) => ({ method: 'POST', path: '/a', headers: { 'idempotency-key': 'k' }, ...more });

describe('The identity of a request', () => {
  it('is equal for equal requests and different for others', () => {
    const hashes = [{}, { method: 'PUT' }, { path: '/b' }, { body: {} }, { body: { a: 1 } }].map((more) =>
      requestIdentity(actor, request(more)).sha256.toString('hex'),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(requestIdentity(actor, request()).sha256.toString('hex')).toBe(hashes[0]);
  });

  it('has no key when the request has none', () => {
    expect(requestIdentity(actor, request({ headers: {} })).key).toBeNull();
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256), 'a\nb', ['a', 'b']])('refuses the key %j', (key) => {
    expect(() => requestIdentity(actor, request({ headers: { 'idempotency-key': key } }))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
