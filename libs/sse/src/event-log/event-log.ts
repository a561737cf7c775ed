import type { AudienceKey } from '../vocabulary/audience.js';
import type { ControlMailbox } from '../seams/control-mailbox.js';
import type { LoggedEvent, NewEvent, Tx } from '../vocabulary/envelope.js';
import type { TenantId, UserId } from '@nest-herald/platform';
import type { RevocationStore } from '../seams/revocation-store.js';

/** Injection token of the {@link EventLog}. */
export const EVENT_LOG = Symbol('EVENT_LOG');

/** Says that the log of some tenants has grown. May be lost, doubled or reordered: nothing depends on it but latency. */
export interface Hint {
  readonly shard: number;
  /** Number of the batch in its shard, dense. */
  readonly no: number;
  /** The newest `seq` of each tenant that the batch touched. */
  readonly heads: Readonly<Record<string, number>>;
}

/** Where a log tells of its growth. */
export interface HintSinks {
  /** To every node, over the backplane. Called by the one that numbered the batch. */
  announce(hint: Hint): void;
  /** To this process only. Called by the tail that repairs what the backplane lost. */
  observe(hint: Hint): void;
  /** To every node: a committed event may wait, the owner of the shard should look. Losing it costs one poll interval. */
  wakeUp(shard: number): void;
  /** To this process: the log was lost, restored or failed over, so every epoch has changed. */
  identityChanged(): void;
}

/** What the log of a tenant holds: events with `floor < seq <= head` can be read. */
export interface LogBounds {
  /** First half of every position of this tenant (wire.md §4). */
  readonly epoch: string;
  /** Events up to and including this number are gone. A cursor equal to the floor can still be resumed. */
  readonly floor: number;
  /** Number of the newest event; 0 when there was none yet. */
  readonly head: number;
}

/** What one connection may see between two positions. */
export interface ReplayRequest {
  /** Exclusive lower end. */
  readonly after: number;
  /** Inclusive upper end. */
  readonly upTo: number;
  /** Audience keys of the holder now, exact topics included. */
  readonly keys: readonly AudienceKey[];
  /** Finds the rows that name people (`audience = 'users'`). */
  readonly userId: UserId;
  /** The holder follows patterns: return every `topic:` row too, the caller filters. */
  readonly everyTopic: boolean;
  /** Events at most, ≥ 1. */
  readonly limit: number;
}

/** A page of a replay, in ascending `seq`. */
export interface ReplayPage {
  readonly events: readonly LoggedEvent[];
  /** Every event up to and including this number was considered; equal to `upTo` on the last page. */
  readonly scannedTo: number;
}

/** Committed events that have no number yet, of all tenants. */
export interface LogBacklog {
  /** Counted up to 10,000. */
  readonly waiting: number;
  /** Age of the oldest; 0 when none waits. */
  readonly oldestMs: number;
}

/**
 * The ordered, durable memory of what was published; the only truth about durable events.
 *
 * Guarantees of every implementation (`describeEventLog` proves them):
 * - `seq` of a tenant is 1, 2, 3 … without holes, in an order that respects acknowledged commits (G3, G4);
 * - an event of a transaction that rolled back never appears (G2); one that committed always does (G1);
 * - no method ever returns an event of another tenant.
 */
export interface EventLog {
  /** Starts numbering and telling; resolves when reads are served. */
  start(sinks: HintSinks): Promise<void>;
  /** Another node says that a committed event may wait; logs that number at once need not listen. */
  wakeUp?(shard: number): void;
  /** Stops both; what was committed and not yet numbered waits for the next start. */
  stop(): Promise<void>;
  /**
   * Accepts events of one tenant in statement order.
   * @param tx the caller's open transaction; without it the log opens its own.
   * @returns `deduplicated` when the `dedupeKey` was seen within 24 h and nothing was written.
   * @throws SseError `ERR_SSE_NO_TRANSACTION` when `tx` is given and is not an open transaction.
   */
  append(events: readonly NewEvent[], tx?: Tx): Promise<{ readonly deduplicated: boolean }>;
  /** @throws SseError `ERR_SSE_NO_TRANSACTION` when `tx` is not an open transaction that this log can join. */
  requireTransaction(tx: Tx): void;
  /** Reads the bounds afresh. */
  bounds(tenantId: TenantId): Promise<LogBounds>;
  /** Every event with `after < seq <= upTo`, ascending, at most `limit`; what fills the ring of the hub. */
  readRange(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** What one connection may see; see {@link ReplayRequest}. */
  readFor(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage>;
  /** `seq` of the oldest event that is at most this old; `head + 1` when all are older. Bounds replay by age. */
  firstSince(tenantId: TenantId, since: Date): Promise<number>;
  /** What waits for its number; logs that number at once need not tell. Metrics ask it at each scrape. */
  backlog?(): Promise<LogBacklog>;
  /**
   * What the same storage keeps beside the log; taken where the host gives no `revocationStore` or `controlMailbox`, so that
   * several nodes over one log never fall back to memories of their own.
   */
  readonly revocationStore?: RevocationStore;
  readonly controlMailbox?: ControlMailbox;
  /** Whether numbering works; readiness. */
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;
}
