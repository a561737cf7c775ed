import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';
import { visit, type Visitor } from '../support/visitor.js';

/** What refusals leave in the console; the page shows them in its own words. */
const REFUSED = /status of (404|409|412)/;
const MARKUP = '<img src=x onerror=alert(1)><b>bold</b>';

describeInBrowser('the approval pages', (launch) => {
  let database: TestDatabase;
  let service: Service;
  let browser: Browser;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
      DEMO_COMPANY: 'true',
    });
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await database?.drop();
  });
  afterEach(async () => {
    const all = visitors.splice(0);
    await Promise.all(all.map(({ context }) => context.close()));
    const complaints = all.flatMap(({ userId, complaints: texts }) => texts.map((text) => `${userId}: ${text}`));
    expect(complaints.filter((text) => !REFUSED.test(text))).toEqual([]);
  });

  const arrive = async (userId: string, address = '#/approvals'): Promise<Visitor> => {
    const visitor = await visit(browser, service.url, userId);
    visitors.push(visitor);
    await open(visitor, address);
    return visitor;
  };
  const open = async ({ page }: Visitor, address: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
  };
  const api = async (user: string, path: string, body?: unknown, permissions: readonly string[] = []) => {
    const token = await signToken({ tenant: 'acme', user, permissions });
    const answer = await call(`${service.url}/api/v1/${path}`, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  /** Submits an order by the API. @returns the id of its request. */
  const order = async (more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const form = { supplier: 'Kestrel Tools', amount: 500, ...more };
    const { id } = await api('acme.buyer', 'purchase-orders', form);
    const submitted = await api('acme.buyer', `purchase-orders/${id}/submit`, {});
    return submitted.instanceId;
  };
  const taskOf = async (user: string, instanceId: string): Promise<string> => {
    const { items } = await api(user, 'approval-tasks/my-tasks?limit=100');
    return items.find((task: { instanceId: string }) => task.instanceId === instanceId).id;
  };
  const row = (page: Page, title: string) => page.locator('herald-approval-list .row').filter({ hasText: title });
  const status = (page: Page, word: string) => page.locator(`herald-case .chips [data-status=${word}]`);
  const approve = async ({ page }: Visitor, title: string): Promise<void> => {
    await row(page, title).click();
    await page.locator('herald-case h1', { hasText: title }).waitFor();
    await page.locator('.verb-approve').click();
    await page.getByText('You approved this.').waitFor();
  };

  it('take an order from the buyer over the manager and two of finance, everybody looking on', async () => {
    const buyer = await arrive('acme.buyer', '#/approvals/new/order');
    const [manager, finance, finance2] = await Promise.all([
      arrive('acme.manager'),
      arrive('acme.finance'),
      arrive('acme.finance2'),
    ]);
    const { page } = buyer;
    await page.locator('[name=supplier]').fill('Aurora Spindles');
    await page.locator('[name="lines.0.item"]').fill('Spindle');
    await page.locator('[name="lines.0.quantity"]').fill('4');
    await page.locator('[name="lines.0.amount"]').fill('24000');
    expect(await page.locator('[name=amount]').inputValue()).toBe('24000');
    const badge = manager.page.locator('nav a[href="#/approvals"] .badge [aria-hidden]');
    const before = Number(await badge.textContent());
    await page.locator('button.submit').click();
    await status(page, 'running').waitFor();
    await row(manager.page, 'Aurora Spindles').waitFor();
    await until('the badge counts it', async () => Number(await badge.textContent()) === before + 1);

    await approve(manager, 'Aurora Spindles');
    await row(manager.page, 'Aurora Spindles').waitFor({ state: 'detached' });
    await page.locator('herald-process-graph .node.active', { hasText: 'Finance' }).waitFor();
    await approve(finance, 'Aurora Spindles');
    // One of the two that it needs: nothing is decided yet, and the second sees how it stands.
    await row(finance2.page, 'Aurora Spindles').click();
    await finance2.page.locator('herald-process-graph .node.active', { hasText: '1 of 3 approved' }).waitFor();
    expect(await status(finance2.page, 'running').count()).toBe(1);
    // No event is addressed to the manager any more: the page follows the topic of the request.
    await manager.page.locator('herald-process-graph .node.active', { hasText: '1 of 3 approved' }).waitFor();
    await approve(finance2, 'Aurora Spindles');

    await status(page, 'approved').waitFor();
    await page.locator('herald-process-graph .node.event.done').nth(1).waitFor();
    expect(await page.locator('[data-action=approve]').allTextContents()).toEqual([
      expect.stringContaining('Grace Lindqvist approved'),
      expect.stringContaining('Henrik Sato approved'),
      expect.stringContaining('Amara Okafor approved'),
    ]);
    await page.locator('.check:not(.broken)', { hasText: 'Unaltered' }).waitFor();
    await row(page, 'Aurora Spindles').locator('[data-status=approved]').waitFor();
  }, 60_000);

  it('show a new task within a second', async () => {
    const { page } = await arrive('acme.manager');
    let bestMs = Infinity;
    // A busy machine may be late once; three times late is the page.
    for (let attempt = 1; attempt <= 3 && bestMs >= 1_000; attempt++) {
      const supplier = `Quick ${attempt}`;
      const began = performance.now();
      await order({ supplier });
      await row(page, supplier).waitFor();
      bestMs = Math.min(bestMs, performance.now() - began);
    }
    expect(bestMs).toBeLessThan(1_000);
  }, 60_000);

  it('tell who decided first when a colleague was quicker', async () => {
    const node = { id: 'check', type: 'approve', name: 'Check', assignees: [{ type: 'role', role: 'finance' }] };
    await api(
      'acme.admin',
      'processes',
      {
        code: 'either-of-two',
        name: 'Either of two',
        nodes: [{ id: 'start', type: 'start' }, node, { id: 'end', type: 'end' }],
        edges: [
          { from: 'start', to: 'check' },
          { from: 'check', to: 'end' },
        ],
      },
      ['approval:define'],
    );
    const { id } = await api('acme.buyer', 'process-instances', { code: 'either-of-two', title: 'Who is first' });
    const { page } = await arrive('acme.finance');
    await row(page, 'Who is first').click();
    await page.locator('.verb-approve').waitFor();
    // The page hears of the colleague's decision only after the click.
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const reads = /\/api\/v1\/(approval-tasks|process-instances)\/.*/;
    await page.route(reads, async (route) => {
      if (route.request().method() === 'GET') await held;
      await route.continue();
    });
    await api('acme.finance2', `approval-tasks/${await taskOf('acme.finance2', id)}/reject`, { comment: 'Too late' });
    await page.locator('.verb-approve').click();
    await page.locator('.conflict').waitFor();
    release();
    await page.locator('.conflict', { hasText: 'Amara Okafor rejected this first' }).waitFor();
    await status(page, 'rejected').waitFor();
    expect(await page.locator('.verb-approve').getAttribute('aria-disabled')).toBe('true');
    await page.locator('.why', { hasText: 'Amara Okafor rejected this' }).waitFor();
    await page.locator('blockquote', { hasText: 'Too late' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
  }, 60_000);

  it('disable what somebody may not do, and say why', async () => {
    const instanceId = await order({ supplier: 'Not yours' });
    const taskId = await taskOf('acme.manager', instanceId);
    const { page } = await arrive('acme.buyer', `#/approvals/tasks/${taskId}`);
    await page.locator('.why', { hasText: 'This is the task of Grace Lindqvist.' }).waitFor();
    for (const verb of ['approve', 'reject', 'return', 'transfer']) {
      expect(await page.locator(`.verb-${verb}`).getAttribute('aria-disabled')).toBe('true');
    }
    await page.locator('.verb-approve').click({ force: true });
    await page.locator('.own-withdraw').click();
    await page.locator('.confirm').click();
    await status(page, 'withdrawn').waitFor();
  }, 60_000);

  it('return a request with a question, and take it up again corrected', async () => {
    const instanceId = await order({ supplier: 'Borealis Cables', amount: 700 });
    const [buyer, manager] = await Promise.all([
      arrive('acme.buyer', `#/approvals/instances/${instanceId}`),
      arrive('acme.manager', '#/approvals'),
    ]);
    await row(manager.page, 'Borealis Cables').click();
    await manager.page.locator('textarea.comment').fill('Which cost centre?');
    await manager.page.locator('.verb-return').click();
    await manager.page.locator('.confirm').click();
    await manager.page.getByText('You returned this.').waitFor();
    await buyer.page.locator('blockquote', { hasText: 'Which cost centre?' }).waitFor();
    await buyer.page.locator('.own-resubmit').click();
    await buyer.page.locator('.asking [name=costCentre]').fill('CC-77');
    await buyer.page.locator('.confirm').click();
    await status(buyer.page, 'running').waitFor();
    await buyer.page.locator('[data-field=costCentre]', { hasText: 'CC-77' }).waitFor();
    await manager.page.locator('herald-case .chips', { hasText: 'Round 2' }).waitFor();
    await row(manager.page, 'Borealis Cables').first().waitFor();
  }, 60_000);

  it('hand a task on, and reject with a second look', async () => {
    const instanceId = await order({ supplier: 'Cascade Pumps' });
    const [manager, hr] = await Promise.all([arrive('acme.manager'), arrive('acme.hr')]);
    await row(manager.page, 'Cascade Pumps').click();
    await manager.page.locator('.verb-transfer').click();
    await manager.page.locator('.asking [role=combobox]').fill('Julia');
    await manager.page.locator('[data-id="acme.hr"]').click();
    await manager.page.locator('.confirm').click();
    await manager.page.getByText('You handed this on.').waitFor();
    await row(hr.page, 'Cascade Pumps').click();
    await hr.page.locator('.verb-reject').click();
    await hr.page.locator('.asking', { hasText: 'Reject this request?' }).waitFor();
    await hr.page.locator('.confirm').click();
    await hr.page.getByText('You rejected this.').waitFor();
    await until('it came back to the buyer', async () => {
      const { status: now } = await api('acme.buyer', `process-instances/${instanceId}`);
      return now === 'returned';
    });
  }, 60_000);

  it('ask somebody for advice, who answers, and decide then', async () => {
    await order({ supplier: 'Delta Gears' });
    const [manager, hr] = await Promise.all([arrive('acme.manager'), arrive('acme.hr')]);
    await row(manager.page, 'Delta Gears').click();
    await manager.page.locator('.verb-delegate').click();
    await manager.page.locator('.asking [role=combobox]').fill('Julia');
    await manager.page.locator('[data-id="acme.hr"]').click();
    await manager.page.locator('.confirm').click();
    await manager.page.getByText('You asked for advice').waitFor();
    await row(hr.page, 'Delta Gears').click();
    await hr.page.locator('textarea.comment').fill('Their gears are good.');
    await hr.page.locator('.verb-resolve').click();
    await hr.page.locator('.confirm').click();
    await hr.page.getByText('You answered').waitFor();
    await manager.page.locator('blockquote', { hasText: 'Their gears are good.' }).waitFor();
    await row(manager.page, 'Delta Gears').click();
    await manager.page.locator('.verb-approve:not([aria-disabled=true])').click();
    await manager.page.getByText('You approved this.').waitFor();
  }, 60_000);

  it('show markup in forms, names and comments as text (defect 12)', async () => {
    const instanceId = await order({ supplier: MARKUP });
    await api('acme.buyer', `process-instances/${instanceId}/comment`, { comment: MARKUP });
    const { page } = await arrive('acme.manager');
    await row(page, MARKUP).click();
    await page.locator('[data-field=supplier]', { hasText: MARKUP }).waitFor();
    await page.locator('blockquote', { hasText: MARKUP }).waitFor();
    expect(await page.locator('img[src="x"], herald-case b, herald-approval-list b').count()).toBe(0);
  }, 60_000);

  it('open by the link of a notification, in the page and from outside', async () => {
    const { page } = await arrive('acme.manager', '#/inbox');
    const instanceId = await order({ supplier: 'Linked' });
    const taskId = await taskOf('acme.manager', instanceId);
    await page.locator('herald-toasts a', { hasText: 'Linked' }).click();
    await page.locator('herald-case h1', { hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(`${service.url}/#/approvals/tasks/${taskId}`);
    await page.goto(`${service.url}/approvals/instances/${instanceId}`);
    await page.locator('herald-case h1', { hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(`${service.url}/#/approvals/instances/${instanceId}`);
    await page.locator('.verb-approve').waitFor();
  }, 60_000);

  it('are not offered where the service has no approvals', async () => {
    const visitor = await arrive('acme.hr', '#/inbox');
    const { page } = visitor;
    await page.locator('nav a[href="#/approvals"]').waitFor();
    await page.route('**/api/v1/approval-tasks/**', (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{"code":"not_found"}' }),
    );
    await page.reload();
    await page.locator('nav a[href="#/approvals"]').waitFor({ state: 'detached' });
    expect(await page.locator('nav a').count()).toBe(3);
  }, 60_000);

  it('can be used with the keyboard alone', async () => {
    await order({ supplier: 'By hand' });
    const { page } = await arrive('acme.manager');
    await row(page, 'By hand').waitFor();
    await page.locator('.tab[data-tab=pending]').focus();
    // Past the other lists to the first row.
    for (let count = 0; count < 4; count++) await page.keyboard.press('Tab');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.locator('.verb-approve').waitFor();
    await page.locator('textarea.comment').focus();
    await page.keyboard.type('Fine');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('You approved this.').waitFor();
    await page.locator('blockquote', { hasText: 'Fine' }).waitFor();
  }, 60_000);
});
