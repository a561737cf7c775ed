/**
 * Compiles the packages, the service and the tests to `dist/`, and the pages when their sources are newer. Processes that
 * tests start run this output, as users do; transpiling the tree in each process would cost a second each time.
 *
 * Runs once before the suites that need it (global-setup.mjs), and as a program: `node test/support/build.mjs`.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCK = join(ROOT, 'node_modules', '.herald-build-lock');

/** An interrupted build leaves its lock; a lock older than this is ignored. */
const STALE_LOCK_MS = 120_000;

/** Builds what is out of date. Concurrent runs of Jest build one after the other. @throws Error with the output of the compiler. */
export async function build() {
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      // Another run is building. If its lock has just disappeared, the next attempt takes it.
      const ageMs = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0;
      if (ageMs > STALE_LOCK_MS) rmSync(LOCK, { recursive: true, force: true });
      await delay(100);
    }
  }
  try {
    await Promise.all([compile(), pagesAreStale() ? buildPages() : undefined]);
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

async function compile() {
  const error = await node('node_modules/typescript-7/bin/tsc', '-b', 'tsconfig.test.json');
  if (error === null) return;
  // An unfinished test must not stop others: the compiler has written its output despite the errors.
  const isInTestsOnly = error.split('\n').every((line) => !/^\S.*\(\d+,\d+\): error/.test(line) || IN_TESTS.test(line));
  if (!isInTestsOnly || isContinuousIntegration()) throw new Error(`The build failed:\n${error}`);
  process.stderr.write(`The tests have type errors:\n${error}\n`);
}

const IN_TESTS = /^(test\/|libs\/[^/]+\/examples\/|.*\.spec\.ts\()/;

function isContinuousIntegration() {
  return !/^(0|false|)$/.test(process.env.CI ?? '');
}

async function buildPages() {
  const vite = 'node_modules/vite/bin/vite.js';
  const error = await node(vite, 'build', '--config', 'src/web/vite.config.ts', '--logLevel', 'error');
  if (error !== null) throw new Error(`The build of the pages failed:\n${error}`);
}

/** Whether a source of the pages is newer than the built pages. */
function pagesAreStale() {
  const built = join(ROOT, 'dist', 'web', 'index.html');
  if (!existsSync(built)) return true;
  const builtMs = statSync(built).mtimeMs;
  const sources = ['src/web', 'libs/sse-protocol/src'].map((folder) => join(ROOT, folder));
  return sources.some((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(
      (name) => !name.endsWith('.spec.ts') && statSync(join(folder, name)).mtimeMs > builtMs,
    ),
  );
}

/** @returns the output of the program when it failed, otherwise null. */
async function node(...args) {
  try {
    // Without the flags of Jest, which would only slow the compiler down.
    await run(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 1 << 26 });
    return null;
  } catch (error) {
    return `${error.stdout ?? ''}${error.stderr ?? ''}` || String(error);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
