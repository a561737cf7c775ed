import type { CloseReason } from '@nest-herald/sse-protocol';
import type { AudienceKey } from '../audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '../principal.js';
import type { ConnectionState } from './connection-state.js';

/** How a connection is to be closed; what is absent follows from the reason. */
export interface CloseOptions {
  readonly reconnect?: boolean;
  readonly retryMs?: number;
}

/** One open response and everything about its holder. Made by `PreparedStream.attach`. */
export declare class Connection {
  readonly id: string;
  readonly transport: Transport;
  readonly device: string;
  readonly since: Date;
  readonly principal: Principal;
  readonly state: ConnectionState;
  /** Audience keys without topics. */
  readonly keys: readonly AudienceKey[];
  /** Topics and patterns it follows. */
  readonly topics: readonly string[];
  readonly denied: readonly string[];
  /** The position a client would resume from now. */
  readonly position: string;
  /** Sends an event without id to this connection only. */
  sendEphemeral(type: string, payload: string, conflationKey?: string): void;
  /** `close` event, then the end of the stream. Idempotent. */
  close(reason: CloseReason, options?: CloseOptions): void;
  /** Calls back once, when the connection is closed and everything it held was given back; at once if it is already. */
  onClosed(listener: () => void): void;
}
