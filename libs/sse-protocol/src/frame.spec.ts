import { describe, expect, it } from '@jest/globals';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { encodeComment, encodeFrame, isEventType } from './frame.js';

function parse(text: string): { events: EventSourceMessage[]; comments: string[]; retries: number[] } {
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
    onRetry: (retry) => retries.push(retry),
  });
  parser.feed(text);
  return { events, comments, retries };
}

/** How the legacy system encoded a frame; it shows that the test below finds the defect. */
const legacyFrame = (data: string): string => `event: note\ndata: ${data}\n\n`;
const ourFrame = (data: string): string => encodeFrame({ event: 'note', data });

/** @returns whether a hostile payload is parsed as one event of the given type. */
function staysOneEvent(encode: (data: string) => string, payload: string): boolean {
  const { events } = parse(encode(payload));
  return events.length === 1 && events[0]!.event === 'note' && events[0]!.id === undefined;
}

describe('Frames', () => {
  it('keep payload, type and id in an independent parser (P10, P11)', () => {
    const payloads = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('a', ' ', ':', '\n', '\r', '\r\n', 'data: x', 'id: 9', '\u0000', '🔔', '\uFEFF'))
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(payloads, fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/), fc.nat(), (data, event, seq) => {
        const { events } = parse(encodeFrame({ id: `abcdefgh.${seq}`, event, data }));
        expect(events).toEqual([{ id: `abcdefgh.${seq}`, event, data: data.replace(/\r\n|\r/g, '\n') }]);
      }),
      { numRuns: 500 },
    );
  });

  it('are neither ended nor extended by line breaks in a payload (legacy defect 7, P11)', () => {
    const hostile = 'a\r\nevent: x\rid: 9\n\ndata: y';
    expect(staysOneEvent(ourFrame, hostile)).toBe(true);
    expect(staysOneEvent(legacyFrame, hostile)).toBe(false);
  });

  it('carry id and retry, in the order of the protocol (legacy defect 6, P10)', () => {
    expect(encodeFrame({ retry: 3000, id: 'abcdefgh.7', event: 'note', data: 'x' })).toBe(
      'retry: 3000\nid: abcdefgh.7\nevent: note\ndata: x\n\n',
    );
    expect(parse(encodeFrame({ retry: 3000, event: 'a', data: '' })).retries).toEqual([3000]);
  });

  it('carry an empty payload as an event', () => {
    expect(parse(encodeFrame({ event: 'empty', data: '' })).events).toEqual([
      { id: undefined, event: 'empty', data: '' },
    ]);
  });

  it('have no id line without a position (P20)', () => {
    expect(encodeFrame({ event: 'tick', data: '{}' })).not.toContain('id:');
  });

  it('refuse invalid types, ids and retries instead of repairing them (P12)', () => {
    for (const event of ['', 'a b', 'a\nid: 1', 'a\r', 'a\u0000', 'ä', 'x'.repeat(65), '\ud800']) {
      expect(isEventType(event)).toBe(false);
      expect(() => encodeFrame({ event, data: '' })).toThrow(TypeError);
    }
    for (const id of ['', '1', 'abcdefgh.1\ndata: x', 'abcdefgh.1\u0000']) {
      expect(() => encodeFrame({ id, data: '' })).toThrow(TypeError);
    }
    for (const retry of [-1, 1.5, NaN, Infinity]) expect(() => encodeFrame({ retry })).toThrow(TypeError);
    expect(() => encodeFrame({})).toThrow(TypeError);
  });

  it('stay comments for a parser, whatever their text', () => {
    const { events, comments } = parse(encodeComment('one\ndata: two\r\rthree'));
    expect(events).toEqual([]);
    expect(comments).toEqual(['one', 'data: two', '', 'three']);
  });
});
