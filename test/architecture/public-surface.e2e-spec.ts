import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const SNAPSHOT = fileURLToPath(new URL('public-surface.json', import.meta.url));

const { PACKAGES } = createRequire(import.meta.url)('../../.ci/layers.cjs') as {
  readonly PACKAGES: readonly { readonly path: string; readonly entries: readonly string[] }[];
};

/** Most names that all entry points together may export: what a host has to choose from. */
const MOST_NAMES = 265;
/** Most names that more than one package may export. */
const MOST_SHARED = 5;

/** The text of an entry point without its comments. */
function textOf(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
}

/** Names that an entry point exports, types too. */
function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list = '']) => list.split(','))
    .map((item) =>
      (
        item
          .trim()
          .replace(/^type /, '')
          .split(/\s+as\s+/)
          .at(-1) ?? ''
      ).trim(),
    )
    .filter((name) => name !== '')
    .sort();
}

const ENTRIES = [
  ...PACKAGES.flatMap(({ path, entries }) =>
    entries.map((entry) => ({
      entry: `${path.replace(/^libs\/|\/src$/g, '')}${entry === '' ? '' : `/${entry.replace('adapters/', '')}`}`,
      path: `${path}/${entry === '' ? '' : `${entry}/`}index.ts`,
    })),
  ),
  { entry: 'migrations', path: 'migrations/src/index.ts' },
];

const surface = Object.fromEntries(ENTRIES.map(({ entry, path }) => [entry, namesOf(textOf(path))]));
if (process.env['UPDATE_SURFACE'] === '1') writeFileSync(SNAPSHOT, `${JSON.stringify(surface, null, 2)}\n`);

describe('The public surface', () => {
  it('is what public-surface.json lists; after a deliberate change: UPDATE_SURFACE=1 npx jest test/architecture', () => {
    expect(surface).toEqual(JSON.parse(readFileSync(SNAPSHOT, 'utf8')));
  });

  it('is chosen name by name in every entry point', () => {
    for (const { path } of ENTRIES)
      expect(
        textOf(path)
          .replaceAll(/export (?:type )?\{[^}]*\}(?: from '[^']+')?;/g, '')
          .trim(),
      ).not.toMatch(/export/);
  });

  it(`has at most ${MOST_NAMES} names`, () => {
    // A name that two entry points of one package export is one name.
    const names = Object.entries(surface).flatMap(([entry, list]) =>
      list.map((name) => `${entry.split('/')[0]} ${name}`),
    );
    expect(new Set(names).size).toBeLessThanOrEqual(MOST_NAMES);
  });

  it('gives a name one home', () => {
    const homes = new Map<string, Set<string>>();
    for (const [entry, names] of Object.entries(surface)) {
      const home = entry.split('/')[0] ?? entry;
      for (const name of names) homes.set(name, (homes.get(name) ?? new Set()).add(home));
    }
    const shared = [...homes].filter(([, packages]) => packages.size > 1).map(([name]) => name);
    expect(shared.length).toBeLessThanOrEqual(MOST_SHARED);
  });
});
