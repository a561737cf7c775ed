/** Longer names are not compared, because they cannot be a mistyped option. */
const MAX_LENGTH = 64;

/**
 * @returns the known name that was most likely meant: it differs only in case, or in the fewest characters, at most a third;
 * null when none is near.
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

/** Characters to insert, delete or replace to get from one text to the other (Levenshtein). */
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
