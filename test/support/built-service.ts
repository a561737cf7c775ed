import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Entry of the built service. */
export const ENTRY = join(ROOT, 'dist', 'src', 'main.js');

/** A build that was interrupted leaves its lock behind; older ones do not count. Milliseconds. */
const STALE_LOCK_MS = 120_000;

/**
 * Builds service and pages as `npm start` would, so that tests run what users run. Suites in parallel processes take
 * turns; a build with nothing to do takes less than a second.
 */
export function buildService(): Promise<void> {
  built ??= build();
  return built;
}

/** Once for each suite. */
let built: Promise<void> | null = null;

async function build(): Promise<void> {
  const lock = join(ROOT, 'node_modules', '.herald-build-lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // Another suite builds; a missing lock in between is simply tried again.
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > STALE_LOCK_MS) rmSync(lock, { recursive: true, force: true });
      await delay(100);
    }
  }
  try {
    await command('node_modules/typescript-7/bin/tsc', '-b', 'tsconfig.build.json');
    if (pagesAreStale()) {
      await command(
        'node_modules/vite/bin/vite.js',
        'build',
        '--config',
        'src/web/vite.config.ts',
        '--logLevel',
        'error',
      );
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Whether a source of the pages is newer than what was built of them. */
function pagesAreStale(): boolean {
  const built = join(ROOT, 'dist', 'web', 'index.html');
  if (!existsSync(built)) return true;
  const builtMs = statSync(built).mtimeMs;
  const sources = join(ROOT, 'src', 'web');
  return readdirSync(sources, { recursive: true, encoding: 'utf8' }).some(
    (name) => !name.endsWith('.spec.ts') && statSync(join(sources, name)).mtimeMs > builtMs,
  );
}

async function command(...args: readonly string[]): Promise<void> {
  try {
    // Jest's own flags would slow the compiler down and mean nothing to it.
    await run(process.execPath, [...args], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`The build failed (${args.join(' ')}):\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
