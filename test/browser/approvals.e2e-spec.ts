import { expect, it } from '@jest/globals';
import { setUpApprovalPages } from '../support/approval-pages.js';
import { describeInBrowser } from '../support/browser.js';
import { itInFullProfile } from '../support/profile.js';
import { until } from '../support/until.js';

const MARKUP = '<img src=x onerror=alert(1)><b>bold</b>';

describeInBrowser('the approvals page', (launch) => {
  const { arrive, api, order, taskOf, row, status, approve } = setUpApprovalPages(launch);

  it('takes an order from the buyer through the manager and two finance approvers, live for everyone', async () => {
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
    // One of two required approvals. The step is still open, and the second approver sees the count.
    await row(finance2.page, 'Aurora Spindles').click();
    await finance2.page.locator('herald-process-graph .node.active', { hasText: '1 of 3 approved' }).waitFor();
    expect(await status(finance2.page, 'running').count()).toBe(1);
    // Events no longer reach the manager directly. The page follows the topic of the request.
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

  it('shows a new task within a second', async () => {
    const { page } = await arrive('acme.manager');
    let bestMs = Infinity;
    // A busy machine can be late once. Three late attempts are a fault of the page.
    for (let attempt = 1; attempt <= 3 && bestMs >= 1_000; attempt++) {
      const supplier = `Quick ${attempt}`;
      const began = performance.now();
      await order({ supplier });
      await row(page, supplier).waitFor();
      bestMs = Math.min(bestMs, performance.now() - began);
    }
    expect(bestMs).toBeLessThan(1_000);
  }, 60_000);

  // `npm test` has the refusal itself in approvals-races.e2e-spec.ts.
  itInFullProfile(
    'shows who decided first when a colleague was faster',
    async () => {
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
      // Holds back the page's reads, so that it learns of the colleague's decision only after the click.
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
    },
    60_000,
  );

  it('shows markup in forms, names and comments as text (defect 12)', async () => {
    const instanceId = await order({ supplier: MARKUP });
    await api('acme.buyer', `process-instances/${instanceId}/comment`, { comment: MARKUP });
    const { page } = await arrive('acme.manager');
    await row(page, MARKUP).click();
    await page.locator('[data-field=supplier]', { hasText: MARKUP }).waitFor();
    await page.locator('blockquote', { hasText: MARKUP }).waitFor();
    expect(await page.locator('img[src="x"], herald-request b, herald-approval-list b').count()).toBe(0);
  }, 60_000);
});
