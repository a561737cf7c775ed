import type { BackplaneMessage } from './backplane.js';
import { encodeMessages } from './message-codec.js';

/** Result of {@link packMessages}. */
export interface PackedMessages {
  readonly texts: readonly string[];
  /** Messages that are too large for any text. */
  readonly dropped: number;
}

/**
 * Encodes messages in order as few texts of at most `maxBytes` each. A hint that is too large is split by tenant; any other
 * message that is too large is dropped.
 */
export function packMessages(messages: readonly BackplaneMessage[], maxBytes: number): PackedMessages {
  const texts: string[] = [];
  let dropped = 0;
  const pack = (some: readonly BackplaneMessage[]): void => {
    if (some.length === 0) return;
    const text = encodeMessages(some);
    if (Buffer.byteLength(text) <= maxBytes) {
      texts.push(text);
      return;
    }
    const parts = some.length > 1 ? some : splitHint(some[0]);
    if (parts.length === 0) {
      dropped += 1;
      return;
    }
    const half = Math.ceil(parts.length / 2);
    pack(parts.slice(0, half));
    pack(parts.slice(half));
  };
  pack(messages);
  return { texts, dropped };
}

/** @returns two hints with half of the tenants each, or an empty array when the message cannot be split. */
function splitHint(message: BackplaneMessage | undefined): BackplaneMessage[] {
  if (message?.kind !== 'hint') return [];
  const heads = Object.entries(message.hint.heads);
  if (heads.length < 2) return [];
  const half = Math.ceil(heads.length / 2);
  return [heads.slice(0, half), heads.slice(half)].map((some) => ({
    kind: 'hint',
    // Without prototype: a tenant may be named __proto__.
    hint: {
      ...message.hint,
      heads: Object.assign(Object.create(null), Object.fromEntries(some)) as Record<string, number>,
    },
  }));
}
