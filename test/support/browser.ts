import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Usual paths on Debian and other systems. `CHROMIUM_PATH` overrides them. */
const USUAL_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Whether a suite that needs a browser runs. */
export type BrowserDecision =
  { readonly kind: 'run'; readonly path: string } | { readonly kind: 'skip'; readonly notice: string };

/**
 * Finds Chromium.
 * @throws Error if there is none and the environment forbids skipped tests (`REQUIRE_BROKERS=1`, `CI`).
 */
export function findBrowser(env: NodeJS.ProcessEnv, usualPaths: readonly string[] = USUAL_PATHS): BrowserDecision {
  const paths = env['CHROMIUM_PATH'] === undefined ? usualPaths : [env['CHROMIUM_PATH']];
  const path = paths.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { kind: 'run', path };
  const notice = `NO BROWSER: no Chromium at ${paths.join(', ')}. Install it or set CHROMIUM_PATH.`;
  const isRequired = [env['REQUIRE_BROKERS'], env['CI']].some(
    (value) => value !== undefined && !/^(0|false|)$/.test(value),
  );
  if (isRequired) throw new Error(notice);
  return { kind: 'skip', notice: `${notice} The browser tests are SKIPPED.` };
}

/** Declares a suite that needs Chromium. Without Chromium it is skipped with a notice, or fails if it is required. */
export function describeInBrowser(name: string, body: (launch: () => Promise<Browser>) => void): void {
  const decision = findBrowser(process.env);
  if (decision.kind === 'skip') {
    process.stderr.write(`\n${decision.notice}\n`);
    describe.skip(name, () => body(() => Promise.reject(new Error(decision.notice))));
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
