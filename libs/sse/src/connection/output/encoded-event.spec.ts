import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asTenantId } from '@nest-herald/platform';
import { ChunkJoiner } from './chunk-joiner.js';
import { encodeControl, encodeEphemeral, encodeLogged } from './encoded-event.js';

const ephemeral = (payload: string) => encodeEphemeral({ audience: 'tenant', recipients: null, type: 'tick', payload });

/** Reads HTTP/1.1 chunks as a client would. */
function dechunk(bytes: Buffer): string {
  let rest = bytes;
  const parts: Buffer[] = [];
  while (rest.length > 0) {
    const lineEnd = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.subarray(0, lineEnd).toString('latin1'), 16);
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    expect(rest.subarray(lineEnd + 2 + size, lineEnd + 4 + size).toString('latin1')).toBe('\r\n');
    rest = rest.subarray(lineEnd + 4 + size);
  }
  return Buffer.concat(parts).toString('utf8');
}

describe('EncodedEvent', () => {
  it('is one well-formed HTTP chunk around its frame, whatever the payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (payload) => {
        const event = ephemeral(payload);
        expect(dechunk(event.chunk)).toBe(event.body.toString('utf8'));
      }),
    );
  });

  it('contains position, type and payload (P20)', () => {
    const event = encodeLogged('abcdefgh', {
      tenantId: asTenantId('acme'),
      seq: 7,
      audience: 'tenant',
      recipients: null,
      type: 'note',
      payload: 'hé\nb',
      createdAt: new Date(5),
    });
    expect(event.body.toString()).toBe('id: abcdefgh.7\nevent: note\ndata: hé\ndata: b\n\n');
    expect(event).toMatchObject({ seq: 7, position: 'abcdefgh.7', createdAtMs: 5 });
  });

  it('has no id line without a position (P20)', () => {
    expect(ephemeral('x').body.toString()).toBe('event: tick\ndata: x\n\n');
    expect(encodeControl('cursor', {}, { position: 'abcdefgh.9' }).body.toString()).toBe(
      'id: abcdefgh.9\nevent: cursor\ndata: {}\n\n',
    );
  });

  it('joins into the same bytes as separate writes', () => {
    const joiner = new ChunkJoiner();
    const [a, b, c] = [ephemeral('a'), ephemeral('b'), ephemeral('c')];
    expect(joiner.join([a!, b!])).toEqual(Buffer.concat([a!.chunk, b!.chunk]));
    expect(joiner.join([a!, c!])).toEqual(Buffer.concat([a!.chunk, c!.chunk]));
    expect(joiner.join([a!])).toBe(a!.chunk);
  });

  it('joins the events of a burst once, for all connections', () => {
    const joiner = new ChunkJoiner();
    const [a, b] = [ephemeral('a'), ephemeral('b')];
    expect(joiner.join([a!, b!])).toBe(joiner.join([a!, b!]));
  });
});
