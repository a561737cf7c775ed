import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author: string;
  readonly engines: { readonly node: string };
  readonly overrides?: Readonly<Record<string, string>>;
  readonly keywords: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const HOME = 'https://github.com/nest-herald/nest-herald';
const FOLDERS = [...readdirSync('libs').map((name) => `libs/${name}`), 'migrations'];
const root = read('.');

describe.each(FOLDERS)('The package %s', (folder) => {
  const manifest = read(folder);

  it('names its home, its licence and where to report a bug', () => {
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\.$/),
      homepage: `${HOME}/tree/main/${folder}#readme`,
      bugs: { url: `${HOME}/issues` },
      repository: { type: 'git', url: `git+${HOME}.git`, directory: folder },
      license: root.license,
      author: root.author,
    });
    expect(manifest.keywords.length).toBeGreaterThanOrEqual(4);
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords.length);
  });

  it('is published for everybody, with provenance', () => {
    expect(manifest['publishConfig']).toEqual({ access: 'public', provenance: true });
    expect(manifest['private']).toBeUndefined();
  });

  it('contains a README and the licence', () => {
    expect([existsSync(`${folder}/README.md`), existsSync(`${folder}/LICENSE`)]).toEqual([true, true]);
  });

  it('states its side effects and the supported versions of Node', () => {
    expect(manifest).toMatchObject({ sideEffects: expect.anything(), engines: root.engines, type: 'module' });
  });

  it('has the version of the repository and requires that version of the other packages', () => {
    const { version, dependencies = {} } = manifest;
    const others = Object.entries(dependencies).filter(([name]) => name.startsWith('@nest-herald/'));
    expect([version, ...others.map(([, range]) => range)]).toEqual(Array(others.length + 1).fill(root.version));
  });
});

describe('The embedding guide', () => {
  it('gives hosts on Node 20 the override of this repository', () => {
    expect(readFileSync('docs/embedding.md', 'utf8')).toContain(
      `"overrides": { "file-type": "${root.overrides?.['file-type']}" }`,
    );
  });
});

function read(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
}
