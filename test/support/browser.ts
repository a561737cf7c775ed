import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Where Debian and others put it; `CHROMIUM_PATH` wins. */
const USUAL_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** What to do about the browser that a suite needs. */
export type BrowserDecision =
  { readonly kind: 'run'; readonly path: string } | { readonly kind: 'skip'; readonly line: string };

/**
 * Looks for Chromium.
 * @throws Error when there is none and the environment says that nothing may be left out (`REQUIRE_BROKERS=1`, `CI`).
 */
export function findBrowser(env: NodeJS.ProcessEnv, usualPaths: readonly string[] = USUAL_PATHS): BrowserDecision {
  const paths = env['CHROMIUM_PATH'] === undefined ? usualPaths : [env['CHROMIUM_PATH']];
  const path = paths.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { kind: 'run', path };
  const line = `NO BROWSER: no Chromium at ${paths.join(', ')}. Install it or set CHROMIUM_PATH.`;
  const isRequired = [env['REQUIRE_BROKERS'], env['CI']].some(
    (value) => value !== undefined && !/^(0|false|)$/.test(value),
  );
  if (isRequired) throw new Error(line);
  return { kind: 'skip', line: `${line} The browser tests are SKIPPED.` };
}

/** A suite that needs Chromium: skipped with one loud line where there is none, unless it is required. */
export function describeInBrowser(name: string, body: (launch: () => Promise<Browser>) => void): void {
  const decision = findBrowser(process.env);
  if (decision.kind === 'skip') {
    process.stderr.write(`\n${decision.line}\n`);
    describe.skip(name, () => body(() => Promise.reject(new Error(decision.line))));
    return;
  }
  describe(name, () => body(() => launchBrowser(decision.path)));
}

function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
