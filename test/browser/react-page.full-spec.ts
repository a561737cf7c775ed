import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../support/built-service.js';
import { describeInBrowser } from '../support/browser.js';
import { type Example, startExample } from '../support/example-process.js';
import { startBreakableProxy } from '../support/breakable-proxy.js';

const run = promisify(execFile);

describeInBrowser('examples/react-page', (launch) => {
  const built = mkdtempSync(join(tmpdir(), 'herald-react-page-'));
  let browser: Browser;
  let example: Example;

  beforeAll(async () => {
    // In its own process: the bundler's native code does not accept objects of Jest's realm.
    const page = join(ROOT, 'libs/sse/examples/react-page/page');
    await run(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', page, '--outDir', built], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    [browser, example] = await Promise.all([
      launch(),
      startExample('sse/examples/react-page/main.ts', { BUILT_PAGE: built }),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await example?.stop();
    rmSync(built, { recursive: true, force: true });
  });

  async function signIn(name: string, url = example.url): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.getByLabel('Sign in').first().fill(name);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('status').getByText('open').waitFor();
    return page;
  }
  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Say').first().fill(text);
    await page.getByRole('button', { name: 'Say' }).click();
  }
  const remarks = (page: Page): Promise<readonly string[]> => page.locator('li').allTextContents();

  it('shows remarks of others as text, and hides its token from scripts', async () => {
    const [ann, bob] = [await signIn('ann'), await signIn('bob')];
    await say(ann, '<img src=x onerror="document.title=1"> hello');
    await bob.getByText('hello').waitFor();
    await ann.getByText('hello').waitFor();
    expect(await remarks(bob)).toEqual(['ann <img src=x onerror="document.title=1"> hello']);
    expect(await bob.title()).toBe('React and EventSource');
    expect(await bob.evaluate('document.cookie')).toBe('');
  });

  it('loses and doubles nothing when its connection is reset', async () => {
    const proxy = await startBreakableProxy(example.url);
    try {
      const [ann, bob] = [await signIn('ann'), await signIn('bob', proxy.url)];
      await say(ann, 'before the cut');
      await bob.getByText('before the cut').waitFor();
      proxy.mode = 'hang-up';
      proxy.cut();
      await bob.getByRole('status').getByText('waiting').waitFor();
      await say(ann, 'while it was away');
      await ann.getByText('while it was away').waitFor();
      proxy.mode = 'forward';
      await bob.getByText('while it was away').waitFor();
      await bob.getByRole('status').getByText('open').waitFor();
      expect(await remarks(bob)).toEqual(['ann before the cut', 'ann while it was away']);
    } finally {
      await proxy.close();
    }
  });
});
