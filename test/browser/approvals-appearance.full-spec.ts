import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { APPEARANCES, lowContrastSvgTexts, lowContrastTexts, scrollsSideways } from '../support/appearance.js';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describeInBrowser('each approvals page', (launch) => {
  let database: TestDatabase;
  let service: Service;
  let browser: Browser;
  /** A returned request, a rejected one, and a pending task. */
  const ids = { returned: '', rejected: '', task: '' };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DEMO_COMPANY: 'true' });
    browser = await launch();
    const api = async (user: string, path: string, body?: unknown) => {
      const token = await signToken({ tenant: 'acme', user });
      const answer = await call(`${service.url}/api/v1/${path}`, { token, ...(body === undefined ? {} : { body }) });
      expect(answer.status).toBeLessThan(300);
      return answer.body;
    };
    const submit = async (supplier: string): Promise<{ readonly instanceId: string; readonly taskId: string }> => {
      const lines = [{ item: 'A spindle with a name that is too long for one line of a small phone', amount: 125_000 }];
      const { id } = await api('acme.buyer', 'purchase-orders', { supplier, lines, costCentre: 'CC-1' });
      const { instanceId } = await api('acme.buyer', `purchase-orders/${id}/submit`, {});
      const { items } = await api('acme.manager', 'approval-tasks/my-tasks?limit=1');
      return { instanceId, taskId: items[0].id };
    };
    const returned = await submit('Returned');
    await api('acme.manager', `approval-tasks/${returned.taskId}/return`, { comment: 'word '.repeat(60) });
    ids.returned = returned.instanceId;
    const rejected = await api('acme.buyer', 'leave-requests', {
      kind: 'annual',
      from: '2026-12-01',
      to: '2026-12-02',
    });
    ids.rejected = (await api('acme.buyer', `leave-requests/${rejected.id}/submit`, {})).instanceId;
    const { items } = await api('acme.manager', 'approval-tasks/my-tasks?limit=1');
    await api('acme.manager', `approval-tasks/${items[0].id}/reject`, { comment: 'Not in December' });
    ids.task = (await submit('Waiting')).taskId;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await database?.drop();
  });

  it.each(APPEARANCES)(
    'has enough contrast and fits the window: $name',
    async ({ colorScheme, locale, viewport }) => {
      const context = await browser.newContext({ colorScheme, locale, viewport });
      const page = await context.newPage();
      const check = async (view: string): Promise<void> => {
        const found = { view, lowContrast: await lowContrastTexts(page), isTooWide: await scrollsSideways(page) };
        expect(found).toEqual({ view, lowContrast: [], isTooWide: false });
      };
      const open = (address: string) => page.evaluate(`location.hash = ${JSON.stringify(`#/approvals/${address}`)}`);
      const checkGraph = async (): Promise<void> => {
        await page.locator('herald-process-graph svg[role=img] text').first().waitFor();
        const { count, lowContrast } = await lowContrastSvgTexts(page);
        expect(lowContrast).toEqual([]);
        expect(count).toBeGreaterThan(3);
      };
      await page.goto(service.url);
      await page.locator('[data-user="acme.buyer"]').click();
      for (const tab of ['mine', 'done']) {
        await open(tab);
        await page
          .locator(tab === 'mine' ? 'herald-approval-list .row' : 'herald-approval-list .nothing')
          .first()
          .waitFor();
        await check(tab);
      }
      await open(`instances/${ids.returned}`);
      await page.locator('.applicant-resubmit').click();
      await page.locator('herald-schema-form input').first().waitFor();
      await check('a returned request, being edited');
      await checkGraph();
      await open(`instances/${ids.rejected}`);
      await page.locator('herald-request .chips [data-status=rejected]').waitFor();
      await check('a rejected request');
      await checkGraph();
      await open(`tasks/${ids.task}`);
      await page.locator('.why').waitFor();
      await check('a task of someone else');
      await open('new/order');
      await page.locator('button.submit').click();
      await page.locator('.fault').first().waitFor();
      await check('a new order with missing fields');
      await context.clearCookies();
      await page.evaluate('localStorage.removeItem("herald.session")');
      await page.reload();
      await page.locator('[data-user="acme.manager"]').click();
      await open(`tasks/${ids.task}`);
      for (const verb of ['return', 'transfer', 'reject']) {
        await page.locator(`.verb-${verb}`).click();
        await page.locator('.verb-form').waitFor();
        await check(`a task with the form of ${verb}`);
      }
      await checkGraph();
      await context.close();
    },
    60_000,
  );
});
