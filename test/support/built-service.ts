import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project.js';

/** The repository. */
export const ROOT = PROJECT_ROOT;

/** Entry of the built service. */
export const ENTRY = compiled('src/main.ts');

/** What a TypeScript file of this repository was compiled to; build.mjs does it before the suites run. */
export function compiled(source: string): string {
  return join(ROOT, 'dist', source.replace(/\.ts$/, '.js'));
}
