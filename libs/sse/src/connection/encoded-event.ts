import type { AudienceKey } from '../audience.js';
import type { UserId } from '../principal.js';

/** An event or control event, encoded once for all connections that get it. Immutable. */
export interface EncodedEvent {
  /** Place in the tenant's order; 0 for everything that has none (ephemeral and most control events). */
  readonly seq: number;
  /** `<epoch>.<seq>`, the `id:` line; null where there is none. */
  readonly position: string | null;
  readonly type: string;
  /** The text behind `data:`. */
  readonly payload: string;
  /** To whom it is addressed; empty for control events, which go to one connection. */
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
  /** Ephemeral events with the same key replace each other while they wait. */
  readonly conflationKey: string | null;
  /** When it was published, ms since 1970; 0 where nobody asks. */
  readonly createdAtMs: number;
  /** The frame as one HTTP/1.1 chunk: size line, frame, CRLF. */
  readonly chunk: Buffer;
  /** The frame alone. */
  readonly body: Buffer;
}
