import {
  invalidTopic,
  isEventType,
  isReservedEventType,
  isReservedTopic,
  isTopic,
  MAX_DURABLE_BYTES,
  MAX_EPHEMERAL_BYTES,
} from '@nest-herald/sse-protocol';
import { type AudienceKey, MAX_RECIPIENTS_PER_EVENT, NAMED_USERS, TENANT_KEY, userKey } from './audience.js';
import type { EphemeralEvent, EventInput, NewEvent } from './envelope.js';
import { isTraceparent } from './traceparent.js';
import { asTenantId, asUserId, type UserId } from '@nest-herald/platform';
import { SseError } from './sse.errors.js';

/** The recipients of an event: one audience key, or a list of people. */
export type Audience = AudienceKey | { readonly users: readonly (UserId | string)[] };

/** The address of one log row or one ephemeral event. */
interface Address {
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
}

const KEY = /^[a-z]{1,16}:[^\p{Cc}\p{Cs}\s]{1,200}$/u;
const PUBLISHER_KEY = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const LONE_SURROGATE = /\p{Cs}/u;
const DEFAULT_TYPE = 'message';

/**
 * Checks and encodes a durable event. A long list of people becomes one row for every 500 of them.
 * @throws SseError `ERR_SSE_INVALID_EVENT` | `_RESERVED_EVENT` | `_RESERVED_TOPIC` | `_EVENT_TOO_LARGE` | `_INVALID_TOPIC` | `_INVALID_ID`.
 */
export function durableRows(tenantId: string, audience: Audience, input: EventInput): NewEvent[] {
  if (input.conflationKey !== undefined) {
    throw invalidEvent(
      'conflationKey is only for ephemeral events, because every durable event is kept. Omit it or set durable: false.',
    );
  }
  const { type, payload } = encode(input, MAX_DURABLE_BYTES);
  const dedupeKey = publisherKey('dedupeKey', input.dedupeKey);
  const tenant = asTenantId(tenantId);
  const traceparent = isTraceparent(input.traceparent) ? input.traceparent : undefined;
  // Most events are one row without extras. They skip the intermediate list.
  if (typeof audience === 'string' && dedupeKey === undefined && traceparent === undefined) {
    return [{ tenantId: tenant, audience: checkedKey(audience), recipients: null, type, payload }];
  }
  const all = addressesOf(audience);
  return all.map((to, index) => ({
    tenantId: tenant,
    ...to,
    type,
    payload,
    ...(traceparent === undefined ? {} : { traceparent }),
    // To the log, the rows of one list are different events. With one key for all, only the first would be written.
    ...(dedupeKey === undefined
      ? {}
      : { dedupeKey: index === 0 ? dedupeKey : `${dedupeKey} (${index + 1}/${all.length})` }),
  }));
}

/** Checks and encodes an ephemeral event. @throws as {@link durableRows}. */
export function ephemeralEvents(tenantId: string, audience: Audience, input: EventInput): EphemeralEvent[] {
  if (input.dedupeKey !== undefined) {
    throw invalidEvent(
      'dedupeKey is only for durable events, because ephemeral ones are not stored. Omit it or use conflationKey.',
    );
  }
  const { type, payload } = encode(input, MAX_EPHEMERAL_BYTES);
  const conflationKey = publisherKey('conflationKey', input.conflationKey);
  const tenant = asTenantId(tenantId);
  return addressesOf(audience).map((to) => ({
    tenantId: tenant,
    ...to,
    type,
    payload,
    ...(conflationKey === undefined ? {} : { conflationKey }),
  }));
}

/** The audience key of a topic. @throws SseError `ERR_SSE_INVALID_TOPIC` for a pattern or a malformed topic. */
export function topicKey(topic: string): AudienceKey {
  if (!isTopic(topic)) throw new SseError('ERR_SSE_INVALID_TOPIC', invalidTopic(String(topic)));
  return `topic:${topic}`;
}

/** The audience key of a role. @throws SseError `ERR_SSE_INVALID_ID`. */
export function roleKey(role: string): AudienceKey {
  if (KEY.test(`role:${role}`)) return `role:${role}`;
  throw new SseError('ERR_SSE_INVALID_ID', `A role has 1 to 200 visible characters; got ${JSON.stringify(role)}.`);
}

function addressesOf(audience: Audience): Address[] {
  if (typeof audience === 'string') return [{ audience: checkedKey(audience), recipients: null }];
  const users = [...new Set(audience.users.map((id) => asUserId(id)))];
  const [first] = users;
  if (first === undefined) return [];
  if (users.length === 1) return [{ audience: userKey(first), recipients: null }];
  const rows: Address[] = [];
  for (let start = 0; start < users.length; start += MAX_RECIPIENTS_PER_EVENT) {
    rows.push({ audience: NAMED_USERS, recipients: users.slice(start, start + MAX_RECIPIENTS_PER_EVENT) });
  }
  return rows;
}

function checkedKey(key: AudienceKey): AudienceKey {
  if (key === TENANT_KEY) return key;
  const id = key.slice(key.indexOf(':') + 1);
  if (key.startsWith('topic:')) return publicTopicKey(id);
  if (key.startsWith('user:')) return userKey(id);
  if (KEY.test(key)) return key;
  throw new SseError(
    'ERR_SSE_INVALID_ID',
    `An audience is "tenant", "user:<id>", "role:<r>", "topic:<t>" or another "<kind>:<id>"; got ${JSON.stringify(key)}.`,
  );
}

function publicTopicKey(topic: string): AudienceKey {
  const key = topicKey(topic);
  if (!isReservedTopic(topic)) return key;
  throw new SseError(
    'ERR_SSE_RESERVED_TOPIC',
    `The topic "${topic}" is reserved: only the server publishes to it. Choose another topic.`,
  );
}

function encode(input: EventInput, maxBytes: number): { type: string; payload: string } {
  const type = input.event ?? DEFAULT_TYPE;
  if (!isEventType(type)) {
    throw invalidEvent(
      `An event type has 1 to 64 characters out of A-Z a-z 0-9 _ . : - ; got ${JSON.stringify(type)}.`,
    );
  }
  if (isReservedEventType(type)) {
    throw new SseError(
      'ERR_SSE_RESERVED_EVENT',
      `The event type "${type}" is reserved: only the server sends it. Choose another type.`,
    );
  }
  const payload = textOf(input.data);
  const bytes = Buffer.byteLength(payload);
  if (bytes > maxBytes) {
    throw new SseError(
      'ERR_SSE_EVENT_TOO_LARGE',
      `The data has ${bytes} bytes, more than ${maxBytes}${maxBytes === MAX_EPHEMERAL_BYTES ? ' for durable: false' : ''}. ` +
        `Send an id and let the page fetch the rest${durableRemedy(bytes, maxBytes)}.`,
    );
  }
  return { type, payload };
}

/** The second remedy for data that is too large for an ephemeral event but not for a durable one. */
function durableRemedy(bytes: number, maxBytes: number): string {
  return maxBytes === MAX_EPHEMERAL_BYTES && bytes <= MAX_DURABLE_BYTES
    ? `, or leave out durable: false, which takes ${MAX_DURABLE_BYTES}`
    : '';
}

function textOf(data: unknown): string {
  let text: string | undefined;
  try {
    text = typeof data === 'string' ? data : JSON.stringify(data);
  } catch (error) {
    throw new SseError('ERR_SSE_INVALID_EVENT', `The data cannot be written as JSON: ${String(error)}.`, {
      cause: error,
    });
  }
  if (text === undefined) throw invalidEvent(`The data must be text or have a JSON form; got ${typeof data}.`);
  // PostgreSQL text can store neither. JSON escapes both, so only plain text is checked.
  if (typeof data === 'string' && (LONE_SURROGATE.test(text) || text.includes('\0'))) {
    throw invalidEvent('The data is text with a NUL or half a surrogate pair. Remove it or send the text as JSON.');
  }
  return text;
}

function publisherKey(name: string, key: string | undefined): string | undefined {
  if (key === undefined || PUBLISHER_KEY.test(key)) return key;
  throw invalidEvent(`${name} has 1 to 200 characters without control characters; got ${JSON.stringify(key)}.`);
}

function invalidEvent(message: string): SseError {
  return new SseError('ERR_SSE_INVALID_EVENT', message);
}
