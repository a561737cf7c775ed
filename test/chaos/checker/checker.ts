import { FollowerCheck, type FollowerFigures } from './check-follower.js';
import { checkHistories } from './check-history.js';
import { Findings } from './findings.js';
import { publishedTransactions } from './published.js';
import type { FollowerLog, History, PublisherRecord, Violation, ViolationKind } from './records.js';

/** Largest share of events with an unknown outcome, relative to the acknowledged ones. More would excuse any loss. */
const UNKNOWN_SHARE = 0.2;
/** Faults cannot lose this many ephemeral events all at once. */
const MIN_EPHEMERALS = 50;

/** All logs of a run. */
export interface RunLogs {
  readonly publishers: Iterable<PublisherRecord>;
  readonly followers: readonly FollowerLog[];
  /** One per tenant, and one more for each epoch that a fail-over ended. */
  readonly histories: readonly History[];
  readonly allowedResyncs?: readonly string[];
}

/** The result of checking a run. */
export interface Verdict {
  /** How often each guarantee was violated; empty if none was. */
  readonly counts: Readonly<Partial<Record<ViolationKind, number>>>;
  /** The first violations of each kind. */
  readonly violations: readonly Violation[];
  readonly figures: FollowerFigures & {
    /** Events whose commit was acknowledged. */
    readonly acknowledged: number;
    /** Events that were rolled back, to a savepoint or with their transaction. */
    readonly rolledBack: number;
    /** Events whose commit got no response. */
    readonly unknown: number;
    readonly logged: number;
  };
}

/** Checks a run by its logs alone. A pure function: the same logs always get the same verdict. */
export function check(logs: RunLogs): Verdict {
  const findings = new Findings();
  const transactions = publishedTransactions(logs.publishers);
  checkHistories(logs.histories, transactions, findings);
  const truth = {
    histories: logs.histories,
    transactions,
    allowedResyncs: new Set(logs.allowedResyncs ?? []),
  };
  const figures: FollowerFigures = { connections: 0, events: 0, ephemerals: 0, resyncs: 0, latestMs: 0 };
  for (const follower of logs.followers) {
    const own = new FollowerCheck(follower, truth, findings).run();
    for (const name of ['connections', 'events', 'ephemerals', 'resyncs'] as const) figures[name] += own[name];
    figures.latestMs = Math.max(figures.latestMs, Math.round(own.latestMs));
  }
  let [acknowledged, rolledBack, unknown, ephemerals] = [0, 0, 0, 0];
  for (const { isEphemeral, outcome, events, dropped } of transactions.values()) {
    if (isEphemeral) {
      if (outcome === 'committed') ephemerals += 1;
      continue;
    }
    rolledBack += dropped.length;
    if (outcome === 'committed') acknowledged += events.length;
    else if (outcome === 'rolled back') rolledBack += events.length;
    else unknown += events.length;
  }
  if (unknown > Math.max(acknowledged * UNKNOWN_SHARE, MIN_EPHEMERALS)) {
    findings.add('excused', `${unknown} events have an unknown outcome and ${acknowledged} were acknowledged`);
  }
  if (ephemerals >= MIN_EPHEMERALS && figures.ephemerals === 0) {
    findings.add('ephemeral', `${ephemerals} ephemeral events were accepted, but none arrived`);
  }
  const logged = logs.histories.reduce((sum, { entries }) => sum + entries.length, 0);
  return {
    counts: findings.counts,
    violations: findings.kept,
    figures: { ...figures, acknowledged, rolledBack, unknown, logged },
  };
}
