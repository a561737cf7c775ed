import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** A person at the pages, in a browser profile of their own. */
export interface Visitor {
  readonly userId: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about: console errors, uncaught exceptions, broken policies. */
  readonly complaints: readonly string[];
  /** Rows of the inbox with this title. */
  rows(title: string): Locator;
  /** Titles that were announced (toasts) since the last page load, in order. */
  announced(): Promise<readonly string[]>;
  /** Resolves when the page says that it is live. */
  live(timeoutMs?: number): Promise<void>;
  /** Waits until the page says that it is not. */
  notLive(): Promise<void>;
}

/** Remembers each toast that is ever put on the page: a second one for the same thing would be gone before a test looks. */
const WATCH_TOASTS = `
  window.announcedTitles = [];
  const look = () => {
    const toasts = document.querySelector('herald-app')?.shadowRoot?.querySelector('herald-toasts')?.shadowRoot;
    if (!toasts) return requestAnimationFrame(look);
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes])) {
        const summary = node instanceof Element && node.matches('.toast') && node.querySelector('herald-notification-summary');
        if (summary) window.announcedTitles.push(summary.item.title);
      }
    }).observe(toasts, { childList: true, subtree: true });
  };
  addEventListener('DOMContentLoaded', look);
`;

/** Signs a demo person in at the pages. */
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
  const complaints = complaintsOf(page);
  await page.addInitScript(WATCH_TOASTS);
  await page.goto(url);
  await page.locator(`[data-user="${userId}"]`).click();
  const visitor: Visitor = {
    userId,
    page,
    context,
    complaints,
    rows: (title) => page.locator('herald-inbox .row').filter({ hasText: title }),
    announced: () => page.evaluate<string[]>('announcedTitles'),
    live: (timeout = 15_000) => page.locator('herald-connection-sign a.open').waitFor({ timeout }),
    notLive: () => page.locator('herald-connection-sign a:not(.open)').waitFor(),
  };
  await visitor.live();
  return visitor;
}

function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}
