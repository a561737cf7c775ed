/** Longer names are not compared: whoever reads them cannot have mistyped one of ours. */
const MAX_LENGTH = 64;

/**
 * The known name that somebody most likely meant: one that differs in case only, or in the fewest letters, at most a third of
 * them. @returns null when none is near.
 */
export function nearestName(given: string, known: readonly string[]): string | null {
  if (given.length > MAX_LENGTH) return null;
  const wanted = given.toLowerCase();
  let nearest: string | null = null;
  let fewest = Math.floor(given.length / 3) + 1;
  for (const name of known) {
    const changes = changesBetween(wanted, name.toLowerCase());
    if (changes >= fewest) continue;
    fewest = changes;
    nearest = name;
  }
  return nearest;
}

/** Letters to insert, drop or exchange until one text is the other (Levenshtein). */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
