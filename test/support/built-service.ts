import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project.js';

/** Root of the repository. */
export const ROOT = PROJECT_ROOT;

/** Entry point of the built service. */
export const ENTRY = compiled('src/main.ts');

/** Path of a compiled TypeScript file of this repository; build.mjs compiles before the suites run. */
export function compiled(source: string): string {
  return join(ROOT, 'dist', source.replace(/\.ts$/, '.js'));
}
