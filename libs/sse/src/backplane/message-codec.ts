import type { BackplaneMessage } from './backplane.js';
import { asTenantId, asUserId } from '@nest-herald/platform';

/** Encodes messages as one text. */
export function encodeMessages(messages: readonly BackplaneMessage[]): string {
  return JSON.stringify(messages);
}

/**
 * Decodes what {@link encodeMessages} wrote. Others may be able to publish on the carrier, so every field is checked.
 * @returns null for any other text.
 */
export function decodeMessages(text: string): BackplaneMessage[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map(toMessage) : null;
  } catch {
    // Not one of our texts; the caller counts it.
    return null;
  }
}

function toMessage(value: unknown): BackplaneMessage {
  const record = asRecord(value);
  if (record.kind === 'wake-up') return { kind: 'wake-up', shard: asInteger(record.shard) };
  if (record.kind === 'control') {
    return { kind: 'control', to: record.to === null ? null : asText(record.to), text: asText(record.text) };
  }
  if (record.kind === 'hint') {
    const hint = asRecord(record.hint);
    const heads = Object.create(null) as Record<string, number>;
    for (const [tenant, head] of Object.entries(asRecord(hint.heads))) heads[asTenantId(tenant)] = asInteger(head);
    return { kind: 'hint', hint: { shard: asInteger(hint.shard), no: asInteger(hint.no), heads } };
  }
  if (record.kind !== 'ephemeral') throw new TypeError('unknown kind of message');
  const event = asRecord(record.event);
  const recipients = event.recipients;
  return {
    kind: 'ephemeral',
    event: {
      tenantId: asTenantId(asText(event.tenantId)),
      audience: asText(event.audience),
      recipients: Array.isArray(recipients) ? recipients.map((id) => asUserId(asText(id))) : null,
      type: asText(event.type),
      payload: asText(event.payload),
      ...(event.conflationKey === undefined ? {} : { conflationKey: asText(event.conflationKey) }),
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return value as Record<string, unknown>;
}

function asInteger(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('expected a whole number');
  return value as number;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected a string');
  return value;
}
