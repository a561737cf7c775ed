import type { Page } from 'playwright-core';
import { until } from './until.js';

/** The focused element, through all shadow roots. A string, because it runs in the page. */
const ACTIVE = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
})()`;

/** Presses Tab until the focused element, at any depth of shadow roots, matches. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await until(`the focus reaches ${selector}`, async () => {
    await page.keyboard.press('Tab');
    return page.evaluate<boolean>(`${ACTIVE}?.matches(${JSON.stringify(selector)}) ?? false`);
  });
}

/** Whether the focused element has a visible outline. */
export function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`(({ outlineStyle, outlineWidth }) =>
    outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)(getComputedStyle(${ACTIVE}))`);
}
