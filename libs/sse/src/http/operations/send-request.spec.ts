import { describe, expect, it } from '@jest/globals';
import { Refusal, SchemaPipe } from '@nest-herald/platform/http';
import { audienceOf, sendSchemaFor } from './send-request.js';

const pipe = new SchemaPipe(sendSchemaFor);

function faultsOf(body: unknown): { path: string; message: string }[] {
  try {
    pipe.transform(body);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ status: 400, code: 'invalid_request' });
    return (error as Refusal).members.errors as { path: string; message: string }[];
  }
  return [];
}

describe('the body of POST /send', () => {
  it('gets defaults for what it leaves out', () => {
    expect(pipe.transform({ target: { user: 'ann' }, data: { n: 1 } })).toEqual({
      target: { user: 'ann' },
      event: 'message',
      data: { n: 1 },
      durable: true,
    });
  });

  it.each([
    [{ user: 'ann' }, 'user:ann'],
    [{ users: ['ann', 'bob'] }, { users: ['ann', 'bob'] }],
    [{ topic: 'doc:1' }, 'topic:doc:1'],
    [{ role: 'buyer' }, 'role:buyer'],
    [{ tenant: true }, 'tenant'],
  ])('addresses %j', (target, audience) => {
    expect(audienceOf(pipe.transform({ target, data: 1 }))).toEqual(audience);
  });

  it.each([
    [{ target_type: 'user', user_id: 'ann', data: 'x' }, 'user:ann'],
    [{ target_type: 'topic', topic: 'doc:1', data: 'x' }, 'topic:doc:1'],
    [{ target_type: 'broadcast', event: 'announcement', data: 'x' }, 'tenant'],
  ])('may be that of the legacy API: %j', (body, audience) => {
    expect(audienceOf(pipe.transform(body))).toEqual(audience);
  });

  it.each([
    [{ data: 1 }, 'target'],
    [{ target: {}, data: 1 }, 'target'],
    [{ target: { user: 'a', role: 'b' }, data: 1 }, 'target'],
    [{ target: { user: 'a b' }, data: 1 }, 'target.user'],
    [{ target: { users: [] }, data: 1 }, 'target.users'],
    [{ target: { tenant: 'beta' }, data: 1 }, 'target.tenant'],
    [{ target: { tenant: true }, data: 1, durable: 'no' }, 'durable'],
    [{ target: { tenant: true }, data: 1, evnt: 'x' }, ''],
    [{ target_type: 'user', data: 1 }, 'user_id'],
    [{ target_type: 'all', data: 1 }, 'target_type'],
    [undefined, ''],
    ['text', ''],
  ])('is refused with the path of its fault: %j', (body, path) => {
    expect(faultsOf(body).map((fault) => fault.path)).toContain(path);
  });

  it('never chooses a tenant', () => {
    const body = { target: { tenant: true }, data: 1, tenant_id: 'beta', tenantId: 'beta' };
    expect(pipe.transform(body)).toEqual({ target: { tenant: true }, data: 1, event: 'message', durable: true });
    expect(faultsOf({ target: { tenant: true, tenantId: 'beta' }, data: 1 })).toHaveLength(1);
  });

  it('keeps data as it was sent, __proto__ included', () => {
    const body = JSON.parse('{"target":{"tenant":true},"data":{"__proto__":{"admin":true},"a":1}}') as object;
    expect(JSON.stringify(pipe.transform(body).data)).toBe('{"__proto__":{"admin":true},"a":1}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
