import { expect, it } from '@jest/globals';
import { setUpApprovalPages } from '../support/approval-pages.js';
import { describeInBrowser } from '../support/browser.js';
import { until } from '../support/until.js';

describeInBrowser('the approvals page', (launch) => {
  const { url, arrive, api, order, taskOf, row, status } = setUpApprovalPages(launch);

  it('disables the verbs of someone else’s task and shows the reason', async () => {
    const instanceId = await order({ supplier: 'Not yours' });
    const taskId = await taskOf('acme.manager', instanceId);
    const { page } = await arrive('acme.buyer', `#/approvals/tasks/${taskId}`);
    await page.locator('.why', { hasText: 'This task belongs to Grace Lindqvist.' }).waitFor();
    for (const verb of ['approve', 'reject', 'return', 'transfer']) {
      expect(await page.locator(`.verb-${verb}`).getAttribute('aria-disabled')).toBe('true');
    }
    await page.locator('.verb-approve').click({ force: true });
    await page.locator('.applicant-withdraw').click();
    await page.locator('.confirm').click();
    await status(page, 'withdrawn').waitFor();
  }, 60_000);

  it('returns a request with a question and accepts the resubmission', async () => {
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
    await buyer.page.locator('.applicant-resubmit').click();
    await buyer.page.locator('.verb-form [name=costCentre]').fill('CC-77');
    await buyer.page.locator('.confirm').click();
    await status(buyer.page, 'running').waitFor();
    await buyer.page.locator('[data-field=costCentre]', { hasText: 'CC-77' }).waitFor();
    await manager.page.locator('herald-request .chips', { hasText: 'Round 2' }).waitFor();
    await row(manager.page, 'Borealis Cables').first().waitFor();
  }, 60_000);

  it('transfers a task, and rejects after a confirmation', async () => {
    const instanceId = await order({ supplier: 'Cascade Pumps' });
    const [manager, hr] = await Promise.all([arrive('acme.manager'), arrive('acme.hr')]);
    await row(manager.page, 'Cascade Pumps').click();
    await manager.page.locator('.verb-transfer').click();
    await manager.page.locator('.verb-form [role=combobox]').fill('Julia');
    await manager.page.locator('[data-id="acme.hr"]').click();
    await manager.page.locator('.confirm').click();
    await manager.page.getByText('You transferred this.').waitFor();
    await row(hr.page, 'Cascade Pumps').click();
    await hr.page.locator('.verb-reject').click();
    await hr.page.locator('.verb-form', { hasText: 'Reject this request?' }).waitFor();
    await hr.page.locator('.confirm').click();
    await hr.page.getByText('You rejected this.').waitFor();
    await until('the request is returned to the buyer', async () => {
      const { status: now } = await api('acme.buyer', `process-instances/${instanceId}`);
      return now === 'returned';
    });
  }, 60_000);

  it('asks a colleague for advice, shows the answer and then approves', async () => {
    await order({ supplier: 'Delta Gears' });
    const [manager, hr] = await Promise.all([arrive('acme.manager'), arrive('acme.hr')]);
    await row(manager.page, 'Delta Gears').click();
    await manager.page.locator('.verb-delegate').click();
    await manager.page.locator('.verb-form [role=combobox]').fill('Julia');
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

  it('opens a request from a notification link, inside the pages and from outside', async () => {
    const { page } = await arrive('acme.manager', '#/inbox');
    const instanceId = await order({ supplier: 'Linked' });
    const taskId = await taskOf('acme.manager', instanceId);
    await page.locator('herald-toasts a', { hasText: 'Linked' }).click();
    await page.locator('herald-request h1', { hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(`${url()}/#/approvals/tasks/${taskId}`);
    await page.goto(`${url()}/approvals/instances/${instanceId}`);
    await page.locator('herald-request h1', { hasText: 'Linked' }).waitFor();
    expect(page.url()).toBe(`${url()}/#/approvals/instances/${instanceId}`);
    await page.locator('.verb-approve').waitFor();
  }, 60_000);

  it('is hidden if the service has no approvals', async () => {
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

  it('works with the keyboard alone', async () => {
    await order({ supplier: 'By hand' });
    const { page } = await arrive('acme.manager');
    await row(page, 'By hand').waitFor();
    await page.locator('.tab[data-tab=pending]').focus();
    // Past the other tabs to the first row.
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
