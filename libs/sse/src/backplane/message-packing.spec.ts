import { describe, expect, it } from '@jest/globals';
import type { BackplaneMessage } from './backplane.js';
import { asTenantId } from '@nest-herald/platform';
import { decodeMessages } from './message-codec.js';
import { packMessages } from './message-packing.js';

const control = (text: string): BackplaneMessage => ({ kind: 'control', to: null, text });

describe('packMessages', () => {
  it('packs many messages into few texts of the allowed size, in order', () => {
    const messages = Array.from({ length: 50 }, (_, i) => control(`${i} ${'ü'.repeat(100)}`));
    const { texts, dropped } = packMessages(messages, 2_000);
    expect(dropped).toBe(0);
    expect(texts.every((text) => Buffer.byteLength(text) <= 2_000)).toBe(true);
    expect(texts.length).toBeLessThan(20);
    expect(texts.flatMap((text) => decodeMessages(text) ?? [])).toEqual(messages);
  });

  it('splits a hint by tenant, for any tenant name, and drops what cannot be split', () => {
    const heads = JSON.parse(
      `{"__proto__":1,${Array.from({ length: 40 }, (_, i) => `"tenant-${i}":${i}`).join(',')}}`,
    ) as Record<string, number>;
    const { texts, dropped } = packMessages(
      [{ kind: 'hint', hint: { shard: 0, no: 9, heads } }, control('x'.repeat(400)), control('fits')],
      300,
    );
    expect(dropped).toBe(1);
    const read = texts.flatMap((text) => decodeMessages(text) ?? []);
    const found = read.flatMap((message) => (message.kind === 'hint' ? Object.entries(message.hint.heads) : []));
    expect(new Map(found)).toEqual(new Map(Object.entries(heads)));
    expect(found).toHaveLength(41);
    expect(read.at(-1)).toEqual(control('fits'));
  });

  it('produces no text for no message or for one that is too large', () => {
    expect(packMessages([], 100)).toEqual({ texts: [], dropped: 0 });
    const event = { tenantId: asTenantId('a'), audience: 'tenant', recipients: null, type: 't', payload: 'x' };
    expect(packMessages([{ kind: 'ephemeral', event }], 10)).toEqual({ texts: [], dropped: 1 });
  });
});
