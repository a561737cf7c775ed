import type { AttemptedEvent, OutcomeLine, PublisherLine } from './records.js';

/** One transaction (or request) of a publisher and how it ended. */
export interface PublishedTransaction {
  readonly tx: string;
  readonly tenant: string;
  readonly events: readonly AttemptedEvent[];
  /** Place of each key among the events. */
  readonly places: ReadonlyMap<string, number>;
  readonly dropped: readonly string[];
  readonly isEphemeral: boolean;
  readonly outcome: OutcomeLine['outcome'];
  /** When the answer came; `Infinity` without one. */
  readonly at: number;
}

/** Joins attempts and outcomes, by transaction. Keys of events are `<tx>.<n>`. */
export function publishedTransactions(lines: Iterable<PublisherLine>): Map<string, PublishedTransaction> {
  const transactions = new Map<string, PublishedTransaction>();
  for (const line of lines) {
    if (line.kind === 'attempt') {
      const { tx, tenant, events, dropped, isEphemeral } = line;
      const places = new Map(events.map(({ key }, place) => [key, place]));
      transactions.set(tx, { tx, tenant, events, places, dropped, isEphemeral, outcome: 'unknown', at: Infinity });
      continue;
    }
    const attempt = transactions.get(line.tx);
    if (attempt) transactions.set(line.tx, { ...attempt, outcome: line.outcome, at: line.at });
  }
  return transactions;
}
