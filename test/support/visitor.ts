import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** A signed-in person with a browser profile of their own. */
export interface Visitor {
  readonly userId: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors in the browser: console errors, uncaught exceptions, violated policies, dialogs. */
  readonly browserErrors: readonly string[];
  /** Rows of the inbox with this title. */
  rows(title: string): Locator;
  /** Titles of the toasts since the last page load, in order. */
  announced(): Promise<readonly string[]>;
  /** Waits until the page is live. */
  live(timeoutMs?: number): Promise<void>;
  /** Waits until the page is not live. */
  notLive(): Promise<void>;
}

/** Records every toast. Otherwise a duplicate toast could disappear before a test checks for it. */
const WATCH_TOASTS = `
  window.announcedTitles = [];
  const watch = () => {
    const toasts = document.querySelector('herald-app')?.shadowRoot?.querySelector('herald-toasts')?.shadowRoot;
    if (!toasts) return requestAnimationFrame(watch);
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes])) {
        const summary = node instanceof Element && node.matches('.toast') && node.querySelector('herald-notification-summary');
        if (summary) window.announcedTitles.push(summary.item.title);
      }
    }).observe(toasts, { childList: true, subtree: true });
  };
  addEventListener('DOMContentLoaded', watch);
`;

/** Opens the pages and signs in as a demo person. */
export async function visit(
  browser: Browser,
  url: string,
  userId: string,
  options: { readonly locale?: string } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    locale: options.locale ?? 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const browserErrors = collectErrors(page);
  await page.addInitScript(WATCH_TOASTS);
  await page.goto(url);
  await page.locator(`[data-user="${userId}"]`).click();
  const visitor: Visitor = {
    userId,
    page,
    context,
    browserErrors,
    rows: (title) => page.locator('herald-inbox .row').filter({ hasText: title }),
    announced: () => page.evaluate<string[]>('announcedTitles'),
    live: (timeout = 15_000) => page.locator('herald-connection-status a.open').waitFor({ timeout }),
    notLive: () => page.locator('herald-connection-status a:not(.open)').waitFor(),
  };
  await visitor.live();
  return visitor;
}

function collectErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return errors;
}
