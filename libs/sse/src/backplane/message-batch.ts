import type { BackplaneMessage, ControlMessage } from './backplane.js';
import type { EphemeralEvent } from '../vocabulary/envelope.js';
import type { Hint } from '../event-log/event-log.js';

/** Limit of what waits for one flush; more means that the carrier is disconnected or too slow. */
const MAX_BYTES = 1_048_576;
const OVERHEAD_BYTES = 128;

/**
 * Messages that wait for the next flush, in the order of publishing. Hints of one shard are merged into one with the newest
 * heads. Of ephemeral events with the same conflation key only the latest is kept.
 */
export class MessageBatch {
  readonly #messages = new Map<string, BackplaneMessage>();
  #bytes = 0;
  #next = 0;

  get isEmpty(): boolean {
    return this.#messages.size === 0;
  }

  /** @returns false when the message was dropped because the batch is full. */
  add(message: BackplaneMessage): boolean {
    if (message.kind === 'wake-up') this.#messages.set(`wake-up ${message.shard}`, message);
    else if (message.kind === 'hint') this.#addHint(message.hint);
    else if (message.kind === 'control') return this.#addControl(message);
    else return this.#addEphemeral(message.event);
    return true;
  }

  /** Removes and returns all messages. */
  take(): BackplaneMessage[] {
    const messages = [...this.#messages.values()];
    this.#messages.clear();
    this.#bytes = 0;
    return messages;
  }

  #addHint(hint: Hint): void {
    const key = `hint ${hint.shard}`;
    const before = this.#messages.get(key);
    if (before?.kind !== 'hint') {
      this.#messages.set(key, { kind: 'hint', hint });
      return;
    }
    // A tenant may be named __proto__: only an object without prototype keeps that as a key.
    const heads = Object.assign(Object.create(null) as Record<string, number>, before.hint.heads);
    for (const [tenant, head] of Object.entries(hint.heads)) heads[tenant] = Math.max(head, heads[tenant] ?? 0);
    this.#messages.set(key, {
      kind: 'hint',
      hint: { shard: hint.shard, no: Math.max(hint.no, before.hint.no), heads },
    });
  }

  #addControl(message: ControlMessage): boolean {
    const bytes = sizeOf(message);
    if (this.#bytes + bytes > MAX_BYTES) return false;
    this.#bytes += bytes;
    this.#messages.set(`control ${(this.#next += 1)}`, message);
    return true;
  }

  #addEphemeral(event: EphemeralEvent): boolean {
    const key =
      event.conflationKey === undefined
        ? `event ${(this.#next += 1)}`
        : `latest ${JSON.stringify([event.tenantId, event.audience, event.recipients, event.conflationKey])}`;
    const replaced = this.#messages.get(key);
    if (replaced) {
      this.#messages.delete(key);
      this.#bytes -= sizeOf(replaced);
    }
    const message: BackplaneMessage = { kind: 'ephemeral', event };
    const bytes = sizeOf(message);
    if (this.#bytes + bytes > MAX_BYTES) return false;
    this.#bytes += bytes;
    this.#messages.set(key, message);
    return true;
  }
}

function sizeOf(message: BackplaneMessage): number {
  if (message.kind === 'control') return message.text.length + OVERHEAD_BYTES;
  if (message.kind !== 'ephemeral') return OVERHEAD_BYTES;
  return message.event.payload.length + (message.event.recipients?.length ?? 0) * 40 + OVERHEAD_BYTES;
}
