import type { ConfigurationFault } from './configuration-error.js';

/** Only names with these prefixes are checked; other variables belong to other programs. */
const OWN_PREFIX = /^(HERALD|SSE)_/;

/**
 * Reports every `HERALD_*` and `SSE_*` variable that is not a setting. A misspelt setting would otherwise leave the
 * default in force without a warning.
 */
export function unknownNames(names: readonly string[], known: readonly string[]): ConfigurationFault[] {
  return names
    .filter((name) => OWN_PREFIX.test(name) && !known.includes(name))
    .map((name) => {
      const nearest = nearestOf(name, known);
      return {
        name,
        message: `is not a setting of this version. ${nearest ? `Did you mean ${nearest}? ` : ''}Correct or remove it.`,
      };
    });
}

function nearestOf(name: string, known: readonly string[]): string | null {
  const words = new Set(name.split('_'));
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    // A name with the same words in another order counts as one typing mistake.
    const sameWords =
      candidate.split('_').every((word) => words.has(word)) && words.size === candidate.split('_').length;
    const distance = sameWords ? 1 : editDistance(name, candidate);
    if (distance <= 3 && (!best || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name ?? null;
}

/** Levenshtein distance; it keeps one row of the matrix. */
function editDistance(left: string, right: string): number {
  const row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    let diagonal = row[0] as number;
    row[0] = i;
    for (let j = 1; j <= right.length; j += 1) {
      const above = row[j] as number;
      const change = left[i - 1] === right[j - 1] ? diagonal : diagonal + 1;
      row[j] = Math.min(change, above + 1, (row[j - 1] as number) + 1);
      diagonal = above;
    }
  }
  return row[right.length] as number;
}
