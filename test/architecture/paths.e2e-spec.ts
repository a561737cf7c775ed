import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const DOCUMENT = new URL('../../docs/architecture.md', import.meta.url);
const TEXT = readFileSync(DOCUMENT, 'utf8');

/** The linked files of one path in docs/architecture.md, in order. */
function filesOf(path: string): readonly string[] {
  const section = TEXT.split(`<!-- path: ${path} -->`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| \d+ \| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, file = '']) => file);
}

describe('docs/architecture.md', () => {
  it.each([
    ['event', 15],
    ['notification', 10],
    ['decision', 18],
  ])('lists the files that an %s passes: at most %i, each once, each there', (path, most) => {
    const files = filesOf(path);
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(most);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((file) => !existsSync(new URL(file, DOCUMENT)))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const links = [...TEXT.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(new URL(link, DOCUMENT)))).toEqual([]);
  });
});
