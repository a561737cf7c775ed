import type { Clock } from '@nest-herald/platform';
import type { Jitter } from '../time/jitter.js';
import type { TimerSettings } from './timing/connection-timers.js';
import type { Heartbeats } from './timing/heartbeats.js';
import type { QueueLimits } from './output/outbound-queue.js';
import type { TimerWheel } from './timing/timer-wheel.js';
import type { Traffic } from './traffic.js';
import type { TurnScheduler } from './output/turn-scheduler.js';

/** The settings of a connection; `HubOptions` documents each. */
export interface ConnectionSettings extends QueueLimits, TimerSettings {
  readonly retryMs: number;
  readonly idleTimeoutMs: number;
}

/**
 * What a connection needs from its tenant's feed.
 * @typeParam C the connection.
 */
export interface ConnectionHost<C> {
  readonly epoch: string;
  /** `seq` of the newest event that was delivered live. A connection without a cursor begins after it. */
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
