import {
  encodeComment,
  encodeFrame,
  formatPosition,
  type ControlEventType,
  type ControlPayloads,
} from '@nest-herald/sse-protocol';
import type { AudienceKey } from '../../vocabulary/audience.js';
import type { EphemeralEvent, LoggedEvent } from '../../vocabulary/envelope.js';
import type { UserId } from '@nest-herald/platform';

/** The fields of an {@link EncodedEvent}. */
interface EncodedEventParts {
  readonly seq: number;
  readonly position: string | null;
  readonly type: string;
  readonly payload: string;
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  readonly conflationKey: string | null;
  readonly createdAtMs: number;
  readonly traceparent?: string | undefined;
  readonly frame: string;
}

const CRLF_BYTES = 2;

/**
 * An event or control event, encoded once for all connections that get it. It is immutable.
 *
 * One Buffer contains the frame with its HTTP/1.1 chunk framing. Three quarters of the cost of a delivery is the write
 * itself, so only the write is left to do per connection.
 */
export class EncodedEvent {
  /** The event's `seq` in the tenant's log; 0 for ephemeral and control events, which have none. */
  readonly seq: number;
  /** `<epoch>.<seq>`, sent as `id:`; null where there is none. */
  readonly position: string | null;
  readonly type: string;
  /** The text of the `data:` lines. */
  readonly payload: string;
  /** The audience; empty for control events, which go to one connection. */
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  /** A newer ephemeral event with the same key replaces an older one that is still queued. */
  readonly conflationKey: string | null;
  /** When it was published, in ms since 1970; 0 for ephemeral and control events. */
  readonly createdAtMs: number;
  /** W3C `traceparent` of the publisher of a durable event; never on the wire. */
  readonly traceparent: string | undefined;
  /** The frame as one HTTP/1.1 chunk: size line, frame, CRLF. */
  readonly chunk: Buffer;
  readonly #frameBytes: number;

  constructor(parts: EncodedEventParts) {
    this.seq = parts.seq;
    this.position = parts.position;
    this.type = parts.type;
    this.payload = parts.payload;
    this.audience = parts.audience;
    this.recipients = parts.recipients;
    this.conflationKey = parts.conflationKey;
    this.createdAtMs = parts.createdAtMs;
    this.traceparent = parts.traceparent;
    this.#frameBytes = Buffer.byteLength(parts.frame);
    this.chunk = Buffer.from(`${this.#frameBytes.toString(16)}\r\n${parts.frame}\r\n`);
  }

  /** The frame alone, a view on {@link chunk}. */
  get body(): Buffer {
    const end = this.chunk.length - CRLF_BYTES;
    return this.chunk.subarray(end - this.#frameBytes, end);
  }
}

/** Encodes a durable event with its position (P20). */
export function encodeLogged(epoch: string, event: LoggedEvent): EncodedEvent {
  const position = formatPosition(epoch, event.seq);
  return new EncodedEvent({
    seq: event.seq,
    position,
    type: event.type,
    payload: event.payload,
    audience: event.audience,
    recipients: event.recipients,
    conflationKey: null,
    createdAtMs: event.createdAt.getTime(),
    traceparent: event.traceparent,
    frame: encodeFrame({ id: position, event: event.type, data: event.payload }),
  });
}

/** Encodes an event without a position. */
export function encodeEphemeral(event: Omit<EphemeralEvent, 'tenantId'>): EncodedEvent {
  return new EncodedEvent({
    seq: 0,
    position: null,
    type: event.type,
    payload: event.payload,
    audience: event.audience,
    recipients: event.recipients,
    conflationKey: event.conflationKey ?? null,
    createdAtMs: 0,
    frame: encodeFrame({ event: event.type, data: event.payload }),
  });
}

/** Encodes a control event. Only `connected` has a `retry`; only `connected`, `cursor` and `resync` have a position. */
export function encodeControl<T extends ControlEventType>(
  type: T,
  payload: ControlPayloads[T],
  fields: { readonly position?: string; readonly retry?: number } = {},
): EncodedEvent {
  const data = JSON.stringify(payload);
  return new EncodedEvent({
    seq: 0,
    position: fields.position ?? null,
    type,
    payload: data,
    audience: '',
    recipients: null,
    conflationKey: null,
    createdAtMs: 0,
    frame: encodeFrame({
      event: type,
      data,
      ...(fields.position === undefined ? {} : { id: fields.position }),
      ...(fields.retry === undefined ? {} : { retry: fields.retry }),
    }),
  });
}

/** The heartbeat as a comment, for clients that ask for it (`?heartbeat=comment`). */
export const HEARTBEAT_COMMENT = new EncodedEvent({
  seq: 0,
  position: null,
  type: 'heartbeat',
  payload: '',
  audience: '',
  recipients: null,
  conflationKey: null,
  createdAtMs: 0,
  frame: encodeComment('heartbeat'),
});
