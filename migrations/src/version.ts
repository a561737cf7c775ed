import { readFileSync } from 'node:fs';

/** Version of this package. All packages of Nest Herald have the same one. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;

interface Version {
  readonly core: readonly number[];
  /** Identifiers of a pre-release; empty for a release. */
  readonly pre: readonly string[];
}

/**
 * Whether a version comes after another one in the order of Semantic Versioning. A text that is no version does not.
 *
 * @see https://semver.org, section 11
 */
export function isHigherVersion(version: string, than: string): boolean {
  const [a, b] = [parse(version), parse(than)];
  return a !== undefined && b !== undefined && compare(a, b) > 0;
}

function parse(text: string): Version | undefined {
  const [, core, pre] = /^(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? [];
  return core === undefined ? undefined : { core: core.split('.').map(Number), pre: pre?.split('.') ?? [] };
}

function compare(a: Version, b: Version): number {
  for (const [i, part] of a.core.entries()) {
    const difference = part - (b.core[i] ?? 0);
    if (difference !== 0) return difference;
  }
  // A release comes after its pre-releases.
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [i, part] of a.pre.entries()) {
    const other = b.pre[i];
    if (other === undefined) return 1;
    if (part !== other) return compareIdentifiers(part, other);
  }
  return a.pre.length - b.pre.length;
}

/** Numbers by value and before texts; texts by their ASCII codes. */
function compareIdentifiers(a: string, b: string): number {
  const [numberA, numberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numberA && numberB) return Number(a) - Number(b);
  if (numberA !== numberB) return numberA ? -1 : 1;
  return a < b ? -1 : 1;
}
