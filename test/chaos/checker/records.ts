/** One event that a publisher tried: its key (also its payload), to whom, and when its insert was sent (ms, wall clock of the machine). */
export interface AttemptedEvent {
  readonly key: string;
  readonly audience: string;
  readonly recipients?: readonly string[];
  readonly insertedAt: number;
}

/** Written before the COMMIT (or the request) is sent, so that nothing can be delivered that is not in the log of attempts. */
export interface AttemptLine {
  readonly kind: 'attempt';
  readonly tx: string;
  readonly tenant: string;
  /** In the order of the statements. */
  readonly events: readonly AttemptedEvent[];
  /** Keys that a rollback to a savepoint took back. */
  readonly dropped: readonly string[];
  readonly isEphemeral: boolean;
}

/** Written when the answer came. An attempt without an outcome is `unknown`: it may exist, but then everywhere. */
export interface OutcomeLine {
  readonly kind: 'outcome';
  readonly tx: string;
  readonly outcome: 'committed' | 'rolled back' | 'unknown';
  readonly at: number;
}

/** A line of the publishers' log. */
export type PublisherLine = AttemptLine | OutcomeLine;

/** Whom a connection was for: what its token and its request said. */
export interface FollowerIdentity {
  readonly name: string;
  readonly tenant: string;
  readonly user: string;
}

/** A line of a follower's log, in the order in which things came. Ids are positions `<epoch>.<seq>`, `at` is the clock of the publishers. */
export type FollowerLine =
  | {
      readonly kind: 'open';
      readonly node: string;
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
  readonly lines: Iterable<FollowerLine>;
}

/** One row of the event log, read when the run was over. */
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
   * Another log took its place, and it took a moment until every node knew: what came under this epoch and is not in it belongs
   * to the new log, and a `resync` must follow.
   */
  readonly isSuperseded?: boolean;
}

/** What can be wrong. */
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

/** One broken promise, with what is needed to find it in the logs. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly text: string;
}

/** Type of every durable event of a run; ephemeral ones are {@link TICK_TYPE}. */
export const EVENT_TYPE = 'chaos.event';
/** Type of every ephemeral event of a run. */
export const TICK_TYPE = 'chaos.tick';
