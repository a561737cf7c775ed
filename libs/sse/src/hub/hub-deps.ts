import type { Backplane } from '../backplane/backplane.js';
import type { Clock, IdGenerator } from '@nest-herald/platform';
import type { EventLog } from '../event-log/event-log.js';
import type { Presence } from '../presence/presence.js';
import type { HubOptions } from './feed/hub.options.js';
import type { KnownRevocations } from './control-record-handler.js';

/** The logger of the hub. */
export interface HubLogger {
  warn(message: string): void;
  error(message: string): void;
}

/** The dependencies of a hub. The hub starts and stops log, backplane and presence. */
export interface HubDeps {
  /** Id of this server in the cluster, `[A-Za-z0-9_-]{1,64}`. */
  readonly nodeId: string;
  readonly options: HubOptions;
  readonly eventLog: EventLog;
  readonly backplane: Backplane;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** @defaultValue no token is ever revoked */
  readonly revocations?: KnownRevocations;
  readonly logger?: HubLogger;
}
