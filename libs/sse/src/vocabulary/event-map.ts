import type { SseEvent } from '@nest-herald/sse-protocol';
import type { EventInput } from './envelope.js';

/** The map of an application that has not written one: every type, any data. */
export type AnyEvents = object;

/** The event types of a map. */
export type EventType<TEvents extends object> = [keyof TEvents] extends [never] ? string : keyof TEvents & string;

/**
 * What may be published where the event types are those of a map from type to data: one form for each type, so that the
 * compiler holds name and data together. `message` is the only type that may be left out.
 */
export type EventInputOf<TEvents extends object> =
  string extends EventType<TEvents>
    ? EventInput
    : { [K in EventType<TEvents>]: InputOf<K, DataOf<TEvents, K>> }[EventType<TEvents>];

/** What a follower in this process gets of the types `K`. */
export type FollowedEvent<TEvents extends object = AnyEvents, K extends EventType<TEvents> = EventType<TEvents>> =
  string extends EventType<TEvents> ? Followed<string, unknown> : { [T in K]: Followed<T, DataOf<TEvents, T>> }[K];

/** JSON text that is known to be that of `T`. @see parsePayload */
export type PayloadText<T> = unknown extends T
  ? string
  : T extends string
    ? T
    : string & { readonly [PAYLOAD]?: JsonForm<T> };

/** What is left of a value behind `JSON.stringify` and `JSON.parse`: a `Date` has become text. */
export type JsonForm<T> = T extends { toJSON(): infer J }
  ? JsonForm<J>
  : T extends (...parameters: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: JsonForm<T[K]> }
      : T;

/** Exists in types only. */
declare const PAYLOAD: unique symbol;

type DataOf<TEvents extends object, K extends string> = K extends keyof TEvents ? TEvents[K] : never;

type InputOf<K extends string, D> = Omit<EventInput, 'event' | 'data'> & { readonly data: D } & (K extends 'message'
    ? { readonly event?: K }
    : { readonly event: K });

type Followed<K extends string, D> = Omit<SseEvent, 'event' | 'data'> & {
  readonly event: K;
  /** As it travels: text as it was published, anything else as JSON. */
  readonly data: PayloadText<D>;
  /** W3C `traceparent` of whoever published it, where there was one. */
  readonly traceparent?: string;
};

/**
 * Reads the data of a followed event whose type is known from the map.
 * @throws SyntaxError when it is not JSON: it was published as text, or not by the type that the map says.
 */
export function parsePayload<T>(text: string & { readonly [PAYLOAD]?: T }): T {
  return JSON.parse(text) as T;
}
