import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');

/** The text of every spec of the project. */
function specs(): readonly string[] {
  return ['libs', 'test', 'src', 'migrations'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('spec.ts') && !/(^|\/)(node_modules|dist)\//.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8')),
  );
}

/** Clause numbers in the titles of tests. */
function provenClauses(text: string): readonly string[] {
  const titles = text.match(/\b(?:it|describe)(?:\.each)?(?:<[^>]*>)?\([^]*?(?:=>|function)/g) ?? [];
  return titles.flatMap((title) => title.match(/\bP\d{1,3}\b/g) ?? []);
}

it('every clause of PROTOCOL.md is in the title of a test, and no test names an unknown clause', () => {
  const protocol = readFileSync(join(root, 'libs/sse-protocol/PROTOCOL.md'), 'utf8');
  const clauses = new Set([...protocol.matchAll(/^- \*\*(P\d+)\*\*/gm)].map(([, clause]) => clause));
  const proven = new Set(specs().flatMap(provenClauses));
  expect(clauses.size).toBeGreaterThan(30);
  expect([...clauses].filter((clause) => !proven.has(clause ?? ''))).toEqual([]);
  expect([...proven].filter((clause) => !clauses.has(clause))).toEqual([]);
});
