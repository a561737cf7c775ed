import type { CloseReason, SseEvent } from '@nest-herald/sse-protocol';
import type { Observable } from 'rxjs';
import type { AudienceKey } from '../audience.js';
import type { Backplane } from '../backplane/backplane.js';
import type { Clock } from '../clock.js';
import type { AdmissionSlot } from '../connection/admission-slot.js';
import type { Connection } from '../connection/connection.js';
import type { PreparedStream, StreamRequest } from '../connection/stream-request.js';
import type { EphemeralEvent } from '../envelope.js';
import type { EventLog } from '../event-log/event-log.js';
import type { IdGenerator } from '../id-generator.js';
import type { Presence, Transport } from '../presence/presence.js';
import type { Principal, TenantId, UserId } from '../principal.js';
import type { HubStats } from './hub-stats.js';
import type { HubOptions } from './hub.options.js';

/** Where the hub tells what it cannot hide. */
export interface HubLogger {
  warn(message: string): void;
  error(message: string): void;
}

/** Everything a hub is made of. The hub starts and stops log, backplane and presence. */
export interface HubDeps {
  /** Name of this process in the cluster, `[A-Za-z0-9_-]{1,64}`. */
  readonly nodeId: string;
  readonly options: HubOptions;
  readonly eventLog: EventLog;
  readonly backplane: Backplane;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger?: HubLogger;
}

/** What a server-side follower wants to see; an empty filter means everything of the tenant. */
export interface EventFilter {
  readonly users?: readonly UserId[];
  /** Topics and patterns. */
  readonly topics?: readonly string[];
  readonly roles?: readonly string[];
}

/** What the holder of a connection may see from now on. */
export interface Subscription {
  /** Audience keys without topics. */
  readonly keys: readonly AudienceKey[];
  readonly topics: readonly string[];
  readonly denied?: readonly string[];
  /** The new token, where it was swapped: same tenant and user. */
  readonly principal?: Principal;
}

/** All connections of one process, and the way of every event to them. */
export declare class Hub {
  constructor(deps: HubDeps);
  /** Starts presence, backplane and log; resolves when streams can be prepared. */
  start(): Promise<void>;
  /** Refuses new streams, closes the open ones over `drainMs`, resolves when none is left. */
  drain(): Promise<void>;
  /** Stops at once; what is still open is reset. */
  stop(): Promise<void>;
  readonly isRunning: boolean;
  readonly isDraining: boolean;
  readonly nodeId: string;
  /** @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity` | `draining`. */
  admit(principal: Principal, transport: Transport): AdmissionSlot;
  /** Everything that can fail. Never throws for a bad cursor. @throws SseRefusal 503 `draining`; whatever the log throws. */
  prepare(request: StreamRequest): Promise<PreparedStream>;
  /** Hands an event to the hubs of all nodes. */
  publishEphemeral(event: EphemeralEvent): void;
  /** Live events of a tenant for followers in this process; ephemeral ones included, control events not. */
  events(tenantId: TenantId, filter: EventFilter): Observable<SseEvent>;
  find(connectionId: string): Connection | undefined;
  connections(tenantId: TenantId): readonly Connection[];
  /** @returns how many connections are being closed. */
  close(tenantId: TenantId, which: { connectionId?: string; userId?: UserId }, reason: CloseReason): number;
  /** Changes what one open connection sees, in place. */
  resubscribe(connection: Connection, subscription: Subscription): void;
  /**
   * Recomputes what the connections of a person (null: of everybody in the tenant) see, in place.
   * @param keysOf null leaves a connection as it is.
   * @returns how many were changed.
   */
  rekey(tenantId: TenantId, userId: UserId | null, keysOf: (connection: Connection) => Subscription | null): number;
  /** Calls back for each new connection right behind its `connected` block. @returns a function that ends it. */
  onConnected(listener: (connection: Connection) => void): () => void;
  /** @param tenantId null counts the whole process. */
  stats(tenantId: TenantId | null): HubStats;
}
