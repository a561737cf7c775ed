import type { BackplaneMessage } from './backplane.js';
import { encodeMessages } from './message-codec.js';

/** What {@link packMessages} made. */
export interface PackedMessages {
  readonly texts: readonly string[];
  /** Messages that fit in no text. */
  readonly dropped: number;
}

/**
 * Writes messages, in their order, as few texts of at most `maxBytes` each. A hint that is too large is split by its tenants;
 * anything else that is too large is left out.
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

/** @returns two hints with half of the tenants each, or nothing when there is nothing to split. */
function splitHint(message: BackplaneMessage | undefined): BackplaneMessage[] {
  if (message?.kind !== 'hint') return [];
  const heads = Object.entries(message.hint.heads);
  if (heads.length < 2) return [];
  const half = Math.ceil(heads.length / 2);
  return [heads.slice(0, half), heads.slice(half)].map((some) => ({
    kind: 'hint',
    // Without prototype: a tenant may be called __proto__.
    hint: {
      ...message.hint,
      heads: Object.assign(Object.create(null), Object.fromEntries(some)) as Record<string, number>,
    },
  }));
}
