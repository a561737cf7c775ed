import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { faintTexts, isWiderThanItsWindow, LOOKS } from '../support/appearance.js';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describeInBrowser('every page', (launch) => {
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
      const title = `A notification with a title that is too long for one line of a small telephone`;
      const body = { to: { users: ['acme.admin'] }, title, content: 'word '.repeat(80), ...kind };
      expect((await call(`${service.url}/api/v1/notifications`, { token, body })).status).toBe(201);
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await database?.drop();
  });

  it.each(LOOKS)('can be read and fits: $name', async ({ colorScheme, locale, viewport }) => {
    const context = await browser.newContext({ colorScheme, locale, viewport });
    const page = await context.newPage();
    const look = async (where: string): Promise<void> => {
      expect({ where, faint: await faintTexts(page), isTooWide: await isWiderThanItsWindow(page) }).toEqual({
        where,
        faint: [],
        isTooWide: false,
      });
    };
    await page.goto(service.url);
    await page.locator('[data-user="acme.admin"]').waitFor();
    await look('sign-in');
    await page.locator('[data-user="acme.admin"]').click();
    await page.locator('.row').first().waitFor();
    await look('inbox');
    await page.locator('.row', { hasText: /./ }).first().click();
    await page.locator('article').waitFor();
    await look('notification');
    await page.goto(`${service.url}/#/send`);
    await page.locator('button[type=submit]').click();
    await page.locator('.fault:visible').first().waitFor();
    await look('send, with faults');
    await page.goto(`${service.url}/#/connection`);
    await page.locator('.tile').first().waitFor();
    await look('connection');
    await page.goto(`${service.url}/#/online`);
    await page.locator('.open-row').first().click();
    await page.locator('.connection').waitFor();
    await look('online');
    await page.locator('.bell').click();
    await page.locator('herald-bell .item').first().waitFor();
    await look('bell');
    await context.close();
  });
});
