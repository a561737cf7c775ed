/** One event that a publisher tried to publish: its key (also its payload), its audience, and when its insert was sent (ms, wall clock). */
export interface AttemptedEvent {
  readonly key: string;
  readonly audience: string;
  readonly recipients?: readonly string[];
  readonly insertedAt: number;
}

/** Written before the COMMIT (or the request) is sent, so that every delivered event is in the log of attempts. */
export interface AttemptRecord {
  readonly kind: 'attempt';
  readonly tx: string;
  readonly tenant: string;
  /** In the order of the statements. */
  readonly events: readonly AttemptedEvent[];
  /** Keys that a rollback to a savepoint discarded. */
  readonly dropped: readonly string[];
  readonly isEphemeral: boolean;
}

/** Written when the response arrived. An attempt without an outcome is `unknown`: its events exist everywhere or nowhere. */
export interface OutcomeRecord {
  readonly kind: 'outcome';
  readonly tx: string;
  readonly outcome: 'committed' | 'rolled back' | 'unknown';
  readonly at: number;
}

/** A record of the publishers' log. */
export type PublisherRecord = AttemptRecord | OutcomeRecord;

/** The user of a connection, from its token. */
export interface FollowerIdentity {
  readonly name: string;
  readonly tenant: string;
  readonly user: string;
}

/** A record of a follower's log, in order of arrival. Ids are positions `<epoch>.<seq>`; `at` is on the clock of the publishers. */
export type FollowerRecord =
  | {
      readonly kind: 'open';
      readonly server: string;
      readonly cursor: string | null;
      readonly roles: readonly string[];
      readonly topics: readonly string[];
    }
  | { readonly kind: 'connected'; readonly resume: string; readonly id: string | null; readonly at?: number }
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly id: string | null;
      readonly key: string;
      readonly at?: number;
    }
  | { readonly kind: 'cursor'; readonly id: string | null }
  | { readonly kind: 'resync'; readonly reason: string; readonly id: string | null }
  | { readonly kind: 'end'; readonly why: string };

/** Everything that one follower logged. */
export interface FollowerLog {
  readonly identity: FollowerIdentity;
  readonly records: Iterable<FollowerRecord>;
}

/** One row of the event log, read after the run. */
export interface HistoryEntry {
  readonly seq: number;
  readonly key: string;
  readonly type: string;
  readonly audience: string;
  readonly recipients: readonly string[] | null;
}

/** The whole event log of one tenant in one epoch, in the order of `seq`. */
export interface History {
  readonly tenant: string;
  readonly epoch: string;
  readonly entries: readonly HistoryEntry[];
  /**
   * Another log replaced this one, and the servers noticed a moment later. An event that arrived under this epoch and is not in it
   * belongs to the new log, and a `resync` must follow it.
   */
  readonly isSuperseded?: boolean;
}

/** The kinds of violations. */
export type ViolationKind =
  | 'lost'
  | 'phantom'
  | 'duplicate'
  | 'inversion'
  | 'causality'
  | 'hole'
  | 'torn'
  | 'altered'
  | 'stalled'
  | 'excused'
  | 'cross-tenant'
  | 'not entitled'
  | 'unjustified resync'
  | 'cursor'
  | 'ephemeral';

/** One violation, with the text to find it in the logs. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly text: string;
}

/** Type of every durable event of a run. */
export const EVENT_TYPE = 'chaos.event';
/** Type of every ephemeral event of a run. */
export const TICK_TYPE = 'chaos.tick';
