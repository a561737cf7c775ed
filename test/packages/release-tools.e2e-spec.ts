import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const MANIFESTS = {
  '.': { name: 'service', version: '0.1.0', dependencies: { '@nest-herald/sse': '0.1.0', pg: '0.1.0' } },
  'libs/sse': { name: '@nest-herald/sse', version: '0.1.0', dependencies: { '@nest-herald/sse-protocol': '0.1.0' } },
  'libs/sse-protocol': { name: '@nest-herald/sse-protocol', version: '0.1.0' },
  migrations: { name: '@nest-herald/migrations', version: '0.1.0', peerDependencies: { '@nest-herald/sse': '0.1.0' } },
};
const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n';
let repository: string;

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'release-'));
  cpSync(resolve('.ci'), join(repository, '.ci'), { recursive: true });
  for (const [folder, manifest] of Object.entries(MANIFESTS)) {
    mkdirSync(join(repository, folder), { recursive: true });
    write(`${folder}/package.json`, JSON.stringify(manifest));
  }
  const packages = Object.entries(MANIFESTS).map(([folder, manifest]) => [folder === '.' ? '' : folder, manifest]);
  write('package-lock.json', JSON.stringify({ version: '0.1.0', packages: Object.fromEntries(packages) }));
  write('CHANGELOG.md', CHANGELOG);
  mkdirSync(join(repository, 'migrations/sse/functions'), { recursive: true });
  write('migrations/sse/0001-baseline.sql', 'SELECT 1;\n');
  write('migrations/frozen.json', JSON.stringify({ 'sse/0001-baseline.sql': sha256('SELECT 1;\n') }));
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

afterEach(() => rmSync(repository, { recursive: true }));

describe('The version command', () => {
  it('sets the version of all packages, of their dependencies on each other, in the lock file and the changelog', () => {
    expect(run('version.mjs', '0.2.0')).toEqual({ status: 0, output: '4 packages have version 0.2.0.\n' });

    const packages = Object.entries(MANIFESTS).map(([folder, manifest]) => {
      const expected: unknown = JSON.parse(
        JSON.stringify(manifest).replaceAll('"0.1.0"', '"0.2.0"').replace('"pg":"0.2.0"', '"pg":"0.1.0"'),
      );
      expect(json(`${folder}/package.json`)).toEqual(expected);
      return [folder === '.' ? '' : folder, expected];
    });
    expect(json('package-lock.json')).toEqual({ version: '0.2.0', packages: Object.fromEntries(packages) });
    expect(read('CHANGELOG.md')).toMatch(
      /^# Changelog\n\n## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- Something\.\n\n## \[0\.1\.0\]/,
    );
  });

  it.each([
    ['a text that is no version', '2', '"2" is not a version.'],
    ['the current version', '0.1.0', '0.1.0 is not higher than 0.1.0.'],
    ['a lower version', '0.0.9', '0.0.9 is not higher than 0.1.0.'],
    ['a pre-release of the current version', '0.1.0-rc.1', '0.1.0-rc.1 is not higher than 0.1.0.'],
  ])('refuses %s and writes nothing', (_what, version, text) => {
    const { status, output } = run('version.mjs', version);
    expect(status).toBe(1);
    expect(output).toContain(text);
    expect(json('libs/sse/package.json')).toEqual(MANIFESTS['libs/sse']);
    expect(read('CHANGELOG.md')).toBe(CHANGELOG);
  });

  it('freezes the numbered migrations of the version', () => {
    write('migrations/sse/0002-later.sql', 'SELECT 2;\r\n');
    write('migrations/sse/functions/log_id.sql', 'SELECT 3;\n');
    expect(run('version.mjs', '0.2.0').status).toBe(0);
    expect(json('migrations/frozen.json')).toEqual({
      'sse/0001-baseline.sql': sha256('SELECT 1;\n'),
      'sse/0002-later.sql': sha256('SELECT 2;\n'),
    });
  });

  it('refuses a frozen migration that changed, and writes nothing', () => {
    write('migrations/sse/0001-baseline.sql', 'SELECT 4;\n');
    expect(run('version.mjs', '0.2.0')).toEqual({
      status: 1,
      output:
        'migrations/sse/0001-baseline.sql is frozen, and it changed. Restore it, and add a numbered file instead.\n',
    });
    expect(json('libs/sse/package.json')).toEqual(MANIFESTS['libs/sse']);
  });

  it('refuses a version without changes in the changelog', () => {
    write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n');
    expect(run('version.mjs', '0.2.0').output).toContain('CHANGELOG.md has nothing under "## [Unreleased]".');
  });

  it('orders pre-releases before their version', () => {
    expect(run('version.mjs', '0.2.0-rc.9').status).toBe(0);
    write('CHANGELOG.md', CHANGELOG);
    expect(run('version.mjs', '0.2.0-rc.10').status).toBe(0);
    write('CHANGELOG.md', CHANGELOG);
    expect(run('version.mjs', '0.2.0').status).toBe(0);
  });
});

describe('The release notes', () => {
  beforeEach(() => {
    git('init', '-q');
    commit('chore: begin');
    git('tag', 'v0.1.0');
  });

  it('list the changes for users, per package', () => {
    commit('feat(sse): limit streams per user');
    commit('fix(web): show the badge');
    commit('spec: name the close reasons');
    commit('perf(sse): read the backlog in batches');
    commit('refactor(sse): move the hub');
    commit('test(sse): cover the hub');
    commit('refactor(migrations)!: drop the old export');
    commit(
      'fix(sse): send the head once',
      'The head went out twice.\n\nBREAKING CHANGE: `open()` returns\na promise.\n\nMore.',
    );

    expect(run('release-notes.mjs', 'v0.1.0').output.replace(/\([0-9a-f]{7,}\)/g, '(hash)')).toBe(
      `## @nest-herald/sse-protocol

### Protocol

- name the close reasons (hash)

## @nest-herald/sse

### Breaking

- send the head once: \`open()\` returns a promise. (hash)

### Added

- limit streams per user (hash)

### Faster

- read the backlog in batches (hash)

## @nest-herald/migrations

### Breaking

- drop the old export (hash)

## Service

### Fixed

- show the badge (hash)
`,
    );
  });

  it('say that nothing changed for users', () => {
    commit('test: more');
    expect(run('release-notes.mjs', 'v0.1.0').output).toBe('No change for users between v0.1.0 and HEAD.\n');
  });

  it('require a start', () => {
    expect(run('release-notes.mjs')).toMatchObject({ status: 1, output: expect.stringContaining('<from> [to]') });
  });
});

function write(path: string, text: string): void {
  writeFileSync(join(repository, path), text);
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function json(path: string): unknown {
  return JSON.parse(read(path));
}

function run(script: string, ...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`.ci/${script}`, ...options], {
    cwd: repository,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function git(...options: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...options], { cwd: repository });
}

function commit(subject: string, body = ''): void {
  git('commit', '-q', '--allow-empty', '-m', subject, ...(body === '' ? [] : ['-m', body]));
}
