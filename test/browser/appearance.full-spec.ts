import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { APPEARANCES, lowContrastTexts, scrollsSideways } from '../support/appearance.js';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describeInBrowser('each page', (launch) => {
  let database: TestDatabase;
  let service: Service;
  let browser: Browser;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
    browser = await launch();
    const token = await signToken({ tenant: 'acme', user: 'acme.hr', permissions: ['notification:*'] });
    const kinds = [
      { priority: 'urgent', type: 'alert', category: 'inventory' },
      { priority: 'high', type: 'approval', requiresAck: true, link: '/orders/1' },
      { priority: 'low', type: 'system', to: { tenant: true } },
    ];
    for (const kind of kinds) {
      const title = `A notification with a title that is too long for one line of a small phone`;
      const body = { to: { users: ['acme.admin'] }, title, content: 'word '.repeat(80), ...kind };
      expect((await call(`${service.url}/api/v1/notifications`, { token, body })).status).toBe(201);
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await database?.drop();
  });

  it.each(APPEARANCES)('has enough contrast and fits the window: $name', async ({ colorScheme, locale, viewport }) => {
    const context = await browser.newContext({ colorScheme, locale, viewport });
    const page = await context.newPage();
    const check = async (view: string): Promise<void> => {
      const found = { view, lowContrast: await lowContrastTexts(page), isTooWide: await scrollsSideways(page) };
      expect(found).toEqual({ view, lowContrast: [], isTooWide: false });
    };
    await page.goto(service.url);
    await page.locator('[data-user="acme.admin"]').waitFor();
    await check('sign-in');
    await page.locator('[data-user="acme.admin"]').click();
    await page.locator('.row').first().waitFor();
    await check('inbox');
    await page.locator('.row', { hasText: /./ }).first().click();
    await page.locator('article').waitFor();
    await check('notification');
    await page.goto(`${service.url}/#/send`);
    await page.locator('button[type=submit]').click();
    await page.locator('.fault:visible').first().waitFor();
    await check('send, with faults');
    await page.goto(`${service.url}/#/connection`);
    await page.locator('.tile').first().waitFor();
    await check('connection');
    await page.goto(`${service.url}/#/online`);
    await page.locator('.open-row').first().click();
    await page.locator('.connection').waitFor();
    await check('online');
    await page.locator('.bell').click();
    await page.locator('herald-bell .item').first().waitFor();
    await check('bell');
    await context.close();
  });
});
