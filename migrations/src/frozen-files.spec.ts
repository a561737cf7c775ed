import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ALL_PACKAGES } from './packages.js';
import { pathOf, sqlFilesOf } from './sql-file.js';

const FILES = ALL_PACKAGES.flatMap((name) => sqlFilesOf(name));
/** Checksums of numbered files that databases may have run. A release adds its numbered files. */
const FROZEN = JSON.parse(readFileSync(new URL('../frozen.json', import.meta.url), 'utf8')) as Record<string, string>;

describe('The numbered files of migrations', () => {
  it('stay as they were frozen: add a numbered file instead', () => {
    const now = new Map(FILES.map((file) => [pathOf(file), file.checksum]));
    for (const [path, checksum] of Object.entries(FROZEN)) {
      if (now.get(path) !== checksum) {
        throw new Error(`${path} is frozen, and it changed. Restore it, and add a numbered file instead.`);
      }
    }
  });

  it('include a frozen baseline for every package', () => {
    expect(Object.keys(FROZEN)).toEqual(
      expect.arrayContaining(ALL_PACKAGES.map((name) => `${name}/0001-baseline.sql`)),
    );
  });

  it('have consecutive numbers within their package', () => {
    for (const name of ALL_PACKAGES) {
      const numbers = sqlFilesOf(name)
        .filter((file) => file.kind === 'numbered')
        .map((file) => Number(file.name.slice(0, 4)));
      expect([name, numbers]).toEqual([name, numbers.map((_, index) => index + 1)]);
    }
  });
});

describe('The files of functions', () => {
  it('define the one function or view that they are named after', () => {
    for (const file of FILES.filter(({ kind }) => kind === 'repeatable')) {
      const defined = [...file.sql.matchAll(/create or replace (?:function|view) (\w+\.\w+)/gi)].map(
        (match) => match[1],
      );
      const schema = file.package === 'sse' ? 'sse' : 'herald';
      expect([pathOf(file), defined]).toEqual([
        pathOf(file),
        [`${schema}.${file.name.slice('functions/'.length, -4)}`],
      ]);
    }
  });
});
