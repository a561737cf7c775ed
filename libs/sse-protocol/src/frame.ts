import { isPosition } from './stream-position.js';

/** The fields of one frame; at least one is required. */
export interface FrameFields {
  /** How long a client waits before it reconnects, in ms. */
  readonly retry?: number;
  /** Position of a durable event, or of a control event that moves the cursor (P20). */
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
 * Encodes one frame (P10). No payload can end it or add a field to it (P11).
 * @throws TypeError for an invalid id, type or retry, and without any field. Nothing is repaired (P12).
 */
export function encodeFrame(fields: FrameFields): string {
  let frame = '';
  if (fields.retry !== undefined) {
    if (!Number.isSafeInteger(fields.retry) || fields.retry < 0) {
      throw new TypeError(`retry is ${fields.retry}. Use a whole number of milliseconds, 0 or more.`);
    }
    frame += `retry: ${fields.retry}\n`;
  }
  if (fields.id !== undefined) {
    if (!isPosition(fields.id)) {
      throw new TypeError(`The frame id ${JSON.stringify(fields.id)} is not a position. Use <epoch>.<seq>.`);
    }
    frame += `id: ${fields.id}\n`;
  }
  if (fields.event !== undefined) {
    if (!isEventType(fields.event)) {
      throw new TypeError(
        `The event type ${JSON.stringify(fields.event)} is invalid. Use 1 to 64 of the characters A-Z a-z 0-9 _ . : -`,
      );
    }
    frame += `event: ${fields.event}\n`;
  }
  if (fields.data !== undefined) frame += dataLines(fields.data);
  if (frame === '') throw new TypeError('The frame has no field. Set at least one.');
  return `${frame}\n`;
}

/** Encodes a comment, which parsers skip. A heartbeat for clients that only wait for bytes. Line breaks start further comment lines. */
export function encodeComment(text: string): string {
  return `${text
    .split(LINE_BREAK)
    .map((line) => `: ${line}\n`)
    .join('')}\n`;
}

function dataLines(payload: string): string {
  // Most payloads are one line of JSON, for which two scans are cheaper than a split.
  if (payload.indexOf('\n') === -1 && payload.indexOf('\r') === -1) return `data: ${payload}\n`;
  return payload
    .split(LINE_BREAK)
    .map((line) => `data: ${line}\n`)
    .join('');
}
