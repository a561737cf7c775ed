import type { Clock, Jitter } from '@nest-herald/platform';
import type { TimerSettings } from './timing/connection-timers.js';
import type { Heartbeats } from './timing/heartbeats.js';
import type { QueueLimits } from './output/outbound-queue.js';
import type { TimerWheel } from './timing/timer-wheel.js';
import type { Traffic } from './traffic.js';
import type { TurnScheduler } from './output/turn-scheduler.js';

/** Numbers that a connection obeys; see `HubOptions` for each. */
export interface ConnectionSettings extends QueueLimits, TimerSettings {
  readonly retryMs: number;
  readonly idleTimeoutMs: number;
}

/**
 * What a connection needs from the tenant's stream that it stands in.
 * @typeParam C the connection.
 */
export interface ConnectionHost<C> {
  readonly epoch: string;
  /** Number of the newest event that went out live; what a connection without a cursor begins behind. */
  readonly head: number;
  readonly options: ConnectionSettings;
  readonly clock: Clock;
  readonly scheduler: TurnScheduler;
  readonly wheel: TimerWheel;
  readonly heartbeats: Heartbeats;
  readonly jitter: Jitter;
  readonly traffic: Traffic;
  /** The connection takes no more events; its response may still be open. */
  leave(connection: C): void;
  /** The response is gone. */
  closed(connection: C): void;
}
