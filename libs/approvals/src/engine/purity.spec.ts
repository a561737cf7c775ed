import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
);

/** Time and randomness are arguments. The import rules keep the framework and the database out. */
const IMPURE =
  /Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|randomBytes|process\.|setTimeout|async |await |console\./;

describe('Engine', () => {
  it.each(sources)('%s uses no clock, randomness, environment or asynchronous call', (name) => {
    const code = readFileSync(new URL(name, folder), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    expect(IMPURE.exec(code)?.[0]).toBeUndefined();
  });

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'randomUUID()', 'await x'])('the check finds %s', (code) => {
    expect(IMPURE.test(code)).toBe(true);
  });
});
