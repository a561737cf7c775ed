import type { AttemptedEvent, OutcomeRecord, PublisherRecord } from './records.js';

/** One transaction (or request) of a publisher and its outcome. */
export interface PublishedTransaction {
  readonly tx: string;
  readonly tenant: string;
  readonly events: readonly AttemptedEvent[];
  /** Index of each key in `events`. */
  readonly positions: ReadonlyMap<string, number>;
  readonly dropped: readonly string[];
  readonly isEphemeral: boolean;
  readonly outcome: OutcomeRecord['outcome'];
  /** When the response arrived; `Infinity` without one. */
  readonly at: number;
}

/** Joins attempts and outcomes by transaction. Keys of events are `<tx>.<n>`. */
export function publishedTransactions(records: Iterable<PublisherRecord>): Map<string, PublishedTransaction> {
  const transactions = new Map<string, PublishedTransaction>();
  for (const record of records) {
    if (record.kind === 'attempt') {
      const { tx, tenant, events, dropped, isEphemeral } = record;
      const positions = new Map(events.map(({ key }, index) => [key, index]));
      transactions.set(tx, { tx, tenant, events, positions, dropped, isEphemeral, outcome: 'unknown', at: Infinity });
      continue;
    }
    const attempt = transactions.get(record.tx);
    if (attempt) transactions.set(record.tx, { ...attempt, outcome: record.outcome, at: record.at });
  }
  return transactions;
}
