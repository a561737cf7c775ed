import type { Findings } from './findings.js';
import type { PublishedTransaction } from './published.js';
import type { AttemptedEvent, History, HistoryEntry } from './records.js';

/**
 * Holds the event logs against what the publishers did (delivery.md §1): every acknowledged event is there once (G1), nothing
 * rolled back is (G2), numbers have no holes (G3), what was acknowledged first comes first, statements of a transaction in their
 * order (G4), and a commit with an unknown outcome happened whole or not at all. Each is addressed as it was published: followers are
 * judged by the addresses of the log.
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
    if (seq !== index + 1) findings.add('hole', `${tenant}: number ${seq} stands at place ${index + 1} of the log`);
    if (seen.has(key)) findings.add('duplicate', `${tenant}: ${key} is in the log twice`);
    seen.add(key);
  });
}

function checkTransaction(one: PublishedTransaction, logged: ReadonlySet<string>, findings: Findings): void {
  for (const key of one.dropped) {
    if (logged.has(key)) findings.add('phantom', `${key} was rolled back to a savepoint and is in the log`);
  }
  const there = one.events.filter(({ key }) => logged.has(key));
  if (one.outcome === 'committed') {
    for (const { key } of one.events) {
      if (!logged.has(key)) findings.add('lost', `${key} was acknowledged and is not in the log`);
    }
  } else if (one.outcome === 'rolled back') {
    for (const { key } of there) findings.add('phantom', `${key} was rolled back and is in the log`);
  } else if (there.length > 0 && there.length < one.events.length) {
    findings.add('torn', `${one.tx} is in the log with ${there.length} of its ${one.events.length} events`);
  }
}

function checkOrder(
  { tenant, entries }: History,
  transactions: ReadonlyMap<string, PublishedTransaction>,
  findings: Findings,
): void {
  const places = new Map<string, number>();
  let latestInsert = Number.NEGATIVE_INFINITY;
  let latestKey = '';
  for (const entry of entries) {
    const { key } = entry;
    const transaction = transactions.get(key.slice(0, key.lastIndexOf('.')));
    const place = transaction?.places.get(key);
    if (!transaction || place === undefined) {
      findings.add('phantom', `${tenant}: nobody published ${key}, and it is in the log`);
      continue;
    }
    const event = transaction.events[place]!;
    if (addressOf(entry) !== addressOf(event)) {
      findings.add(
        'altered',
        `${tenant}: ${key} was for ${addressOf(event)}, and the log has it for ${addressOf(entry)}`,
      );
    }
    if (transaction.tenant !== tenant) findings.add('cross-tenant', `${key} is in the log of ${tenant}`);
    if (place < (places.get(transaction.tx) ?? -1)) {
      findings.add('causality', `${tenant}: ${key} stands behind a later statement of its transaction`);
    }
    places.set(transaction.tx, place);
    if (transaction.outcome === 'committed' && transaction.at < latestInsert) {
      findings.add(
        'causality',
        `${tenant}: ${key} was acknowledged before ${latestKey} was inserted, and stands behind it`,
      );
    }
    if (event.insertedAt > latestInsert) [latestInsert, latestKey] = [event.insertedAt, key];
  }
}

/** One text for each address; a list of one person and that person are the same. */
function addressOf({ audience, recipients }: HistoryEntry | AttemptedEvent): string {
  if (audience !== 'users') return audience;
  const names = [...new Set(recipients ?? [])].toSorted();
  return names.length === 1 ? `user:${names[0]}` : `users ${names.join(', ')}`;
}
