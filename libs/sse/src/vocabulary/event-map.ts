import type { SseEvent } from '@nest-herald/sse-protocol';
import type { EventInput } from './envelope.js';

/** The default event map, for applications that declare none: every type, any data. */
export type AnyEvents = object;

/** The event types of an event map. */
export type EventType<TEvents extends object> = [keyof TEvents] extends [never] ? string : keyof TEvents & string;

/**
 * What may be published under an event map: one shape per type, so that the compiler checks the data against the type.
 * Only the type `message` may be omitted.
 */
export type EventInputOf<TEvents extends object> =
  string extends EventType<TEvents>
    ? EventInput
    : { [K in EventType<TEvents>]: InputOf<K, DataOf<TEvents, K>> }[EventType<TEvents>];

/** What a follower in this process receives for the types `K`. */
export type FollowedEvent<TEvents extends object = AnyEvents, K extends EventType<TEvents> = EventType<TEvents>> =
  string extends EventType<TEvents> ? Followed<string, unknown> : { [T in K]: Followed<T, DataOf<TEvents, T>> }[K];

/** The JSON text of a `T`. @see parsePayload */
export type PayloadText<T> = unknown extends T
  ? string
  : T extends string
    ? T
    : string & { readonly [PAYLOAD]?: JsonForm<T> };

/** What becomes of a value after `JSON.stringify` and `JSON.parse`: a `Date`, for example, becomes text. */
export type JsonForm<T> = T extends { toJSON(): infer J }
  ? JsonForm<J>
  : T extends (...parameters: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: JsonForm<T[K]> }
      : T;

/** Exists only in types. */
declare const PAYLOAD: unique symbol;

type DataOf<TEvents extends object, K extends string> = K extends keyof TEvents ? TEvents[K] : never;

type InputOf<K extends string, D> = Omit<EventInput, 'event' | 'data'> & { readonly data: D } & (K extends 'message'
    ? { readonly event?: K }
    : { readonly event: K });

type Followed<K extends string, D> = Omit<SseEvent, 'event' | 'data'> & {
  readonly event: K;
  /** As it is sent: published text unchanged, anything else as JSON. */
  readonly data: PayloadText<D>;
  /** W3C `traceparent` of the publisher, where there was one. */
  readonly traceparent?: string;
};

/**
 * Parses the data of a followed event whose type is known from the event map.
 * @throws SyntaxError when it is not JSON: it was published as text, or with data that contradicts the map.
 */
export function parsePayload<T>(text: string & { readonly [PAYLOAD]?: T }): T {
  return JSON.parse(text) as T;
}
