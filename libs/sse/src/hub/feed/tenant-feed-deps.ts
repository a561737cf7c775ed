import type { Clock, TenantId } from '@nest-herald/platform';
import type { Jitter } from '../../time/jitter.js';
import type { Connection } from '../../connection/connection.js';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { TurnScheduler } from '../../connection/output/turn-scheduler.js';
import type { Heartbeats } from '../../connection/timing/heartbeats.js';
import type { TimerWheel } from '../../connection/timing/timer-wheel.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { HubOptions } from './hub.options.js';

/** The dependencies that all tenant feeds of a hub share. */
export interface TenantFeedDeps {
  readonly options: HubOptions;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly scheduler: TurnScheduler;
  readonly wheel: TimerWheel;
  readonly heartbeats: Heartbeats;
  readonly jitter: Jitter;
  readonly warn: (message: string) => void;
  /** A connection takes no more events. */
  readonly onLeave: (connection: Connection) => void;
  /** A connection is closed. */
  readonly onClosed: (connection: Connection) => void;
  /** An event was delivered; `taken` connections took it. */
  readonly onEvent: (tenantId: TenantId, event: EncodedEvent, taken: number) => void;
  /** Handles a control record of the log in the same tick, before the events after it. */
  readonly onControlRecord: (tenantId: TenantId, payload: string) => void;
  /** Applies revocations whose control records this feed did not read. The feed calls it whenever it skips part of the log. */
  readonly applyStoredRevocations: (tenantId: TenantId) => Promise<void>;
}
