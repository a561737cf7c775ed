import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const CHECK = resolve('.ci/words.mjs');
const LIST = '.ci/words-today.json';
let repository: string;

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'words-'));
  execFileSync('git', ['init', '-q'], { cwd: repository });
});

afterEach(() => rmSync(repository, { recursive: true }));

describe('The check of refused words', () => {
  it.each([
    ['a comment', 'src/a.ts', '// Nobody reads this.', 'nobody'],
    ['a docstring, over two lines', 'src/a.ts', '/**\n * The last sign\n * of life of a server.\n */', 'sign of life'],
    ['a string', 'src/a.ts', "throw new Error('Decide anew.');", 'anew'],
    ['a page', 'docs/a.md', 'A user for whom it waits', 'whom'],
    ['a test name', 'test/a.e2e-spec.ts', "it('pokes the sequencer')", 'poke'],
    ['a part of a camel-case identifier', 'src/a.ts', 'class ShardNumberer {}', 'numberer'],
    ['a part of a kebab-case name', 'src/a.css', '.is-crowded {}', 'crowd'],
    ['a constant', 'src/a.ts', 'const MAX_TWINS = 1;', 'twin'],
    ['a file name', 'src/obey.ts', 'export {};', 'obey'],
    ['a phrase with words in between', 'src/a.ts', '// puts the item away', 'put away'],
  ])('finds a word in %s', (_where, path, text, word) => {
    write(path, text);
    const { status, output } = check();
    expect(status).toBe(1);
    expect(output).toContain(`${path}: "${word}" 1 times, 0 allowed`);
  });

  it('accepts other words, the glossary and names on the wire', () => {
    write('src/a.ts', "const reason = 'nobody_to_act'; // between twinkling lines, and crowdfunded");
    write('docs/glossary.md', 'nobody, anew');
    write('src/database/server-user.ts', "const user = 'nobody';");
    expect(check()).toEqual({ status: 0, output: '0 refused words.\n' });
  });

  it('allows the violations on the list, also of a moved file, and no others', () => {
    write('src/a.ts', '// nobody, nobody');
    write(LIST, JSON.stringify({ nobody: { 'src/a.ts': 2 } }));
    expect(check()).toEqual({ status: 0, output: '2 refused words.\n' });

    renameSync(join(repository, 'src/a.ts'), join(repository, 'src/b.ts'));
    expect(check().status).toBe(0);

    write('src/c.ts', '// nobody');
    expect(check().output).toContain('src/c.ts: "nobody" 1 times, 0 allowed');
  });

  it('shortens the list on --update, never lengthens it, and deletes an empty one', () => {
    write('src/a.ts', '// nobody');
    write(LIST, JSON.stringify({ nobody: { 'src/a.ts': 2 } }));
    expect(check().output).toContain('1 refused words, 2 on the list.');

    write('src/b.ts', '// nobody, twin');
    check('--update');
    expect(check().output).toMatch(/^src\/b\.ts: "nobody".*\nsrc\/b\.ts: "twin"/);

    write('src/a.ts', '');
    check('--update');
    expect(existsSync(join(repository, LIST))).toBe(false);
  });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

function check(...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, ...options], {
    cwd: repository,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}
