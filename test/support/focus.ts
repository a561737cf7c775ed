import type { Page } from 'playwright-core';
import { until } from './until.js';

/** The focused element, through all shadow roots. Runs in the page, hence text. */
const ACTIVE = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
})()`;

/** Presses Tab until the focused element, however deep, matches. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await until(`the focus reaches ${selector}`, async () => {
    await page.keyboard.press('Tab');
    return page.evaluate<boolean>(`${ACTIVE}?.matches(${JSON.stringify(selector)}) ?? false`);
  });
}

/** Whether the focused element has an outline that one can see. */
export function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`(({ outlineStyle, outlineWidth }) =>
    outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)(getComputedStyle(${ACTIVE}))`);
}
