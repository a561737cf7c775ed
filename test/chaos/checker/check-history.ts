import type { Findings } from './findings.js';
import type { PublishedTransaction } from './published.js';
import type { AttemptedEvent, History, HistoryEntry } from './records.js';

/**
 * Compares the event logs with what the publishers did. Every acknowledged event is in the log once (G1), and none that was rolled
 * back (G2). The numbers have no gaps (G3). Events acknowledged earlier come earlier, and the statements of a transaction keep their
 * order (G4). A commit with an unknown outcome happened as a whole or not at all. Each event is addressed as it was published,
 * because followers are judged by the addresses in the log.
 */
export function checkHistories(
  histories: readonly History[],
  transactions: ReadonlyMap<string, PublishedTransaction>,
  findings: Findings,
): void {
  const logged = new Set<string>();
  for (const history of histories) {
    checkNumbers(history, findings);
    checkOrder(history, transactions, findings);
    for (const entry of history.entries) logged.add(entry.key);
  }
  for (const transaction of transactions.values()) {
    if (!transaction.isEphemeral) checkTransaction(transaction, logged, findings);
  }
}

function checkNumbers({ tenant, entries }: History, findings: Findings): void {
  const seen = new Set<string>();
  entries.forEach(({ seq, key }, index) => {
    if (seq !== index + 1) findings.add('hole', `${tenant}: number ${seq} is at position ${index + 1} of the log`);
    if (seen.has(key)) findings.add('duplicate', `${tenant}: ${key} is in the log twice`);
    seen.add(key);
  });
}

function checkTransaction(one: PublishedTransaction, logged: ReadonlySet<string>, findings: Findings): void {
  for (const key of one.dropped) {
    if (logged.has(key)) findings.add('phantom', `${key} was rolled back to a savepoint and is in the log`);
  }
  const present = one.events.filter(({ key }) => logged.has(key));
  if (one.outcome === 'committed') {
    for (const { key } of one.events) {
      if (!logged.has(key)) findings.add('lost', `${key} was acknowledged and is not in the log`);
    }
  } else if (one.outcome === 'rolled back') {
    for (const { key } of present) findings.add('phantom', `${key} was rolled back and is in the log`);
  } else if (present.length > 0 && present.length < one.events.length) {
    findings.add('torn', `${one.tx} is in the log with ${present.length} of its ${one.events.length} events`);
  }
}

function checkOrder(
  { tenant, entries }: History,
  transactions: ReadonlyMap<string, PublishedTransaction>,
  findings: Findings,
): void {
  const lastPositions = new Map<string, number>();
  let latestInsert = Number.NEGATIVE_INFINITY;
  let latestKey = '';
  for (const entry of entries) {
    const { key } = entry;
    const transaction = transactions.get(key.slice(0, key.lastIndexOf('.')));
    const position = transaction?.positions.get(key);
    if (!transaction || position === undefined) {
      findings.add('phantom', `${tenant}: ${key} is in the log and was never published`);
      continue;
    }
    const event = transaction.events[position]!;
    if (addressOf(entry) !== addressOf(event)) {
      findings.add(
        'altered',
        `${tenant}: ${key} was published for ${addressOf(event)}, but the log has it for ${addressOf(entry)}`,
      );
    }
    if (transaction.tenant !== tenant) findings.add('cross-tenant', `${key} is in the log of ${tenant}`);
    if (position < (lastPositions.get(transaction.tx) ?? -1)) {
      findings.add('causality', `${tenant}: ${key} comes after a later statement of its transaction`);
    }
    lastPositions.set(transaction.tx, position);
    if (transaction.outcome === 'committed' && transaction.at < latestInsert) {
      findings.add(
        'causality',
        `${tenant}: ${key} was acknowledged before ${latestKey} was inserted, but comes after it`,
      );
    }
    if (event.insertedAt > latestInsert) [latestInsert, latestKey] = [event.insertedAt, key];
  }
}

/** One text per address; a list of one user and that user are the same. */
function addressOf({ audience, recipients }: HistoryEntry | AttemptedEvent): string {
  if (audience !== 'users') return audience;
  const names = [...new Set(recipients ?? [])].toSorted();
  return names.length === 1 ? `user:${names[0]}` : `users ${names.join(', ')}`;
}
