/**
 * Lets plain Node run the TypeScript sources, for the processes that tests start and kill: `node --import <this file> x.ts`.
 * Jest does the same in its own way; a build is needed for neither.
 */
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

/** `./x.js` means `./x.ts` where only that exists; packages of this repository resolve to their sources. */
export async function resolve(specifier, context, next) {
  const sources = { ...context, conditions: [...context.conditions, '@nest-herald/source'] };
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const ts = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(ts)) return { url: ts.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, sources);
}

let swc;
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  swc ??= await import('@swc/core');
  const filename = fileURLToPath(url);
  const { code } = await swc.transform(readFileSync(filename, 'utf8'), { filename, sourceMaps: 'inline', swcrc: true });
  return { format: 'module', source: code, shortCircuit: true };
}
