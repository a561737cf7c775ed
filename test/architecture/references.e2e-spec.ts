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

  it('of a comment to a section of a page name a heading of a page of this repository', () => {
    const headings = new Set(
      PAGES.flatMap((page) =>
        [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => `${basename(page)} ${heading}`),
      ),
    );
    const cited = SOURCES.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/([\w-]+\.md)(?:,? "([^"\n]+)"| §[\d.]+)/g)].map(
        ([text, page, heading]) => ({
          where: `${file}: ${text}`,
          isKnown: heading !== undefined && headings.has(`${page} ${heading}`),
        }),
      ),
    );
    expect(cited.length).toBeGreaterThan(2);
    expect(cited.filter(({ isKnown }) => !isKnown).map(({ where }) => where)).toEqual([]);
  });
});
