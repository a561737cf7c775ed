import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const FILES = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(file));
const PAGES = FILES.filter((file) => file.endsWith('.md'));
const SOURCES = FILES.filter((file) => /\.(ts|tsx|mjs|cjs|sql)$/.test(file));

describe('References', () => {
  it('of a page link to files that exist', () => {
    const broken = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !existsSync(join(dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('of a comment to a section of a page name a page of this repository', () => {
    const known = new Set(PAGES.map((page) => basename(page)));
    const cited = SOURCES.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/([\w-]+\.md)(?= §|, "| "|;|\))/g)].map(([, page = '']) => ({
        file,
        page,
      })),
    );
    expect(cited.filter(({ page }) => known.has(page)).length).toBeGreaterThan(5);
    expect(cited.filter(({ page }) => !known.has(page)).map(({ file, page }) => `${file}: ${page}`)).toEqual([]);
  });
});
