import { describe, expect, it } from '@jest/globals';
import type { BackplaneMessage } from '../backplane/backplane.js';
import { asTenantId } from '@nest-herald/platform';
import { decodeMessages, encodeMessages } from './message-codec.js';
import { MessageBatch } from './message-batch.js';

const event = (tenant: string, payload: string, conflationKey?: string): BackplaneMessage => ({
  kind: 'ephemeral',
  event: {
    tenantId: asTenantId(tenant),
    audience: 'tenant',
    recipients: null,
    type: 'tick',
    payload,
    ...(conflationKey === undefined ? {} : { conflationKey }),
  },
});

describe('MessageBatch', () => {
  it('keeps the latest event of a conflation key, at its newest position, and never conflates across tenants', () => {
    const batch = new MessageBatch();
    for (const message of [event('a', '1', 'k'), event('b', '1', 'k'), event('a', 'free'), event('a', '2', 'k')]) {
      expect(batch.add(message)).toBe(true);
    }
    expect(batch.take()).toEqual([event('b', '1', 'k'), event('a', 'free'), event('a', '2', 'k')]);
    expect(batch.isEmpty).toBe(true);
  });

  it('merges hints of a shard to the newest head of each tenant, for any tenant name', () => {
    const batch = new MessageBatch();
    const hint = (no: number, heads: string) =>
      batch.add({ kind: 'hint', hint: { shard: 0, no, heads: JSON.parse(heads) as Record<string, number> } });
    hint(1, '{"a":1,"__proto__":5}');
    hint(3, '{"b":2}');
    hint(2, '{"a":4,"constructor":1}');
    const [merged] = decodeMessages(encodeMessages(batch.take())) ?? [];
    expect(merged).toMatchObject({ kind: 'hint', hint: { shard: 0, no: 3 } });
    expect(
      merged?.kind === 'hint' && Object.entries(merged.hint.heads).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ).toEqual([
      ['__proto__', 5],
      ['a', 4],
      ['b', 2],
      ['constructor', 1],
    ]);
  });

  it('refuses ephemeral events beyond its limit, but never a hint or a wake-up', () => {
    const batch = new MessageBatch();
    let accepted = 0;
    while (accepted < 1_000 && batch.add(event('a', 'x'.repeat(6_000)))) accepted += 1;
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(1_000);
    expect(batch.add({ kind: 'wake-up', shard: 1 })).toBe(true);
    expect(batch.add({ kind: 'hint', hint: { shard: 1, no: 1, heads: {} } })).toBe(true);
  });

  it('decodes nothing that it did not encode', () => {
    for (const text of [
      '',
      '{}',
      '[1]',
      '[{"kind":"other"}]',
      '[{"kind":"wake-up","shard":"0"}]',
      '[{"kind":"hint","hint":{"shard":0,"no":1,"heads":{"bad id":1}}}]',
      '[{"kind":"ephemeral","event":{"tenantId":"a","audience":"tenant","type":"t","payload":7}}]',
    ]) {
      expect([text, decodeMessages(text)]).toEqual([text, null]);
    }
  });
});
