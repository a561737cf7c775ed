import { isPosition } from './stream-position.js';

/** The fields of one frame; at least one is needed. */
export interface FrameFields {
  /** Milliseconds a client waits before it comes back. */
  readonly retry?: number;
  /** Position of a durable event or of a control event that moves the cursor (P20). */
  readonly id?: string;
  readonly event?: string;
  /** Payload as text. */
  readonly data?: string;
}

const EVENT_TYPE = /^[A-Za-z0-9_.:-]{1,64}$/;
const LINE_BREAK = /\r\n|\r|\n/;

/** @returns whether the text can be an event type (P12). */
export function isEventType(text: unknown): text is string {
  return typeof text === 'string' && EVENT_TYPE.test(text);
}

/**
 * Writes one frame (P10, P11): no payload, whatever it holds, can end it or add a field to it.
 * @throws TypeError for an id that is no position, an impossible type, a retry that is no whole number: refused, not repaired (P12).
 */
export function encodeFrame(fields: FrameFields): string {
  let frame = '';
  if (fields.retry !== undefined) {
    if (!Number.isSafeInteger(fields.retry) || fields.retry < 0) {
      throw new TypeError(`retry is a whole number of milliseconds ≥ 0; got ${fields.retry}.`);
    }
    frame += `retry: ${fields.retry}\n`;
  }
  if (fields.id !== undefined) {
    if (!isPosition(fields.id)) {
      throw new TypeError(`The id of a frame is a position <epoch>.<seq>; got ${JSON.stringify(fields.id)}.`);
    }
    frame += `id: ${fields.id}\n`;
  }
  if (fields.event !== undefined) {
    if (!isEventType(fields.event)) {
      throw new TypeError(
        `An event type has 1 to 64 characters out of A-Z a-z 0-9 _ . : - ; got ${JSON.stringify(fields.event)}.`,
      );
    }
    frame += `event: ${fields.event}\n`;
  }
  if (fields.data !== undefined) frame += dataLines(fields.data);
  if (frame === '') throw new TypeError('A frame needs at least one field.');
  return `${frame}\n`;
}

/** Writes a comment, which parsers skip: proof of life for clients that count bytes. Line breaks become further comment lines. */
export function encodeComment(text: string): string {
  return `${text
    .split(LINE_BREAK)
    .map((line) => `: ${line}\n`)
    .join('')}\n`;
}

function dataLines(payload: string): string {
  // Most payloads are one line of JSON: two scans are cheaper than a split.
  if (payload.indexOf('\n') === -1 && payload.indexOf('\r') === -1) return `data: ${payload}\n`;
  return payload
    .split(LINE_BREAK)
    .map((line) => `data: ${line}\n`)
    .join('');
}
