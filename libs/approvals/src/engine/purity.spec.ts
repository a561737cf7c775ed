import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));

/** Time and chance come in as arguments only; the import rules already keep framework and database out. */
const IMPURE =
  /Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|randomBytes|process\.|setTimeout|async |await |console\./;

describe('the engine', () => {
  it.each(sources)('%s reads no clock, no randomness, no environment, and waits for nothing', (name) => {
    const code = readFileSync(new URL(name, folder), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    expect(IMPURE.exec(code)?.[0]).toBeUndefined();
  });

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'randomUUID()', 'await x'])(
    'would be caught using %s',
    (code) => {
      expect(IMPURE.test(code)).toBe(true);
    },
  );
});
