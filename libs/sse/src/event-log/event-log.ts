import type { AudienceKey } from '../vocabulary/audience.js';
import type { ControlMailbox } from '../seams/control-mailbox.js';
import type { LoggedEvent, NewEvent, Tx } from '../vocabulary/envelope.js';
import type { TenantId, UserId } from '@nest-herald/platform';
import type { RevocationStore } from '../seams/revocation-store.js';

/** Injection token of the {@link EventLog}. */
export const EVENT_LOG = Symbol('EVENT_LOG');

/** States how far the log of some tenants extends. It may be lost, duplicated or reordered: only latency depends on it. */
export interface Hint {
  readonly shard: number;
  /** Number of the batch in its shard, without gaps. */
  readonly no: number;
  /** The newest `seq` of each tenant that the batch touched. */
  readonly heads: Readonly<Record<string, number>>;
}

/** What a log calls when it grows. */
export interface HintSinks {
  /** Sends a hint to every server, over the backplane. The server that sequenced the batch calls it. */
  announce(hint: Hint): void;
  /** Passes a hint to this process only. The tail that makes up for lost hints calls it. */
  observe(hint: Hint): void;
  /** Wakes the shard's owner on whichever server: a committed event may wait. A lost wake-up costs one poll interval. */
  wakeUp(shard: number): void;
  /** Reports to this process that the log was lost, restored or failed over, so every epoch has changed. */
  identityChanged(): void;
}

/** The readable range of a tenant's log: events with `floor < seq <= head`. */
export interface LogBounds {
  /** The epoch of this tenant's positions. */
  readonly epoch: string;
  /** Events up to and including this `seq` were deleted. A cursor equal to the floor can still be resumed. */
  readonly floor: number;
  /** `seq` of the newest event; 0 before the first one. */
  readonly head: number;
}

/** Selects what one connection may see between two positions. */
export interface ReplayRequest {
  /** Exclusive lower end. */
  readonly after: number;
  /** Inclusive upper end. */
  readonly upTo: number;
  /** Current audience keys of the connection, exact topics included. */
  readonly keys: readonly AudienceKey[];
  /** Finds the rows that name people (`audience = 'users'`). */
  readonly userId: UserId;
  /** The connection follows patterns: return every `topic:` row, which the caller then filters. */
  readonly everyTopic: boolean;
  /** Events at most, ≥ 1. */
  readonly limit: number;
}

/** A page of a replay, in ascending `seq`. */
export interface ReplayPage {
  readonly events: readonly LoggedEvent[];
  /** Every event up to and including this `seq` was considered. It equals `upTo` on the last page. */
  readonly scannedTo: number;
}

/** Committed events of all tenants that are not sequenced yet. */
export interface LogBacklog {
  /** Counted up to 10,000. */
  readonly waiting: number;
  /** Age of the oldest in ms; 0 when none waits. */
  readonly oldestMs: number;
}

/**
 * Ordered storage of durable events, and the only source of truth about them.
 *
 * Guarantees of every implementation (`describeEventLog` proves them):
 * - the `seq` of a tenant is 1, 2, 3 … without gaps, in an order that respects acknowledged commits (G3, G4);
 * - an event of a transaction that rolled back never appears (G2); one that committed always does (G1);
 * - no method ever returns an event of another tenant.
 */
export interface EventLog {
  /** Starts sequencing and sending hints. Resolves when the log can be read. */
  start(sinks: HintSinks): Promise<void>;
  /** Handles a wake-up of another server: a committed event may wait. Logs that sequence at once need not implement it. */
  wakeUp?(shard: number): void;
  /** Stops both. Events that are committed and not yet sequenced wait for the next start. */
  stop(): Promise<void>;
  /**
   * Accepts events of one tenant in statement order.
   * @param tx the caller's open transaction. Without it the log opens its own.
   * @returns `deduplicated` when the `dedupeKey` was seen within 24 h and nothing was written.
   * @throws SseError `ERR_SSE_NO_TRANSACTION` when `tx` is given and is not an open transaction.
   */
  append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }>;
  /** @throws SseError `ERR_SSE_NO_TRANSACTION` when `tx` is not an open transaction that this log can join. */
  requireTransaction(tx: Tx): void;
  /** Reads the current bounds. */
  bounds(tenantId: TenantId): Promise<LogBounds>;
  /** Reads every event with `after < seq <= upTo`, ascending, at most `limit`. The hub fills its ring with it. */
  readRange(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** Reads what one connection may see; see {@link ReplayRequest}. */
  readFor(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage>;
  /** `seq` of the oldest event since that time; `head + 1` when all are older. It limits a replay by age. */
  firstSince(tenantId: TenantId, since: Date): Promise<number>;
  /** Events that wait to be sequenced. Logs that sequence at once need not implement it. Metrics read it at each scrape. */
  backlog?(): Promise<LogBacklog>;
  /**
   * Stores in the same database as the log. They are used when the host passes no `revocationStore` or `controlMailbox`, so
   * that several servers over one log never fall back to separate memory stores.
   */
  readonly revocationStore?: RevocationStore;
  readonly controlMailbox?: ControlMailbox;
  /** Whether sequencing works. Readiness depends on it. */
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;
}
