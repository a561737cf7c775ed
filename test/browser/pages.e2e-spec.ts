import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { focusIsVisible, tabTo } from '../support/focus.js';
import { call } from '../support/http.js';
import { itInFullProfile } from '../support/profile.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';
import { visit, type Visitor } from '../support/visitor.js';

/** The console error of a 400. The page shows the refusal itself. */
const REFUSED = /status of 400/;

describeInBrowser('the pages', (launch) => {
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
    expect(all.flatMap(({ userId, browserErrors }) => browserErrors.map((text) => `${userId}: ${text}`))).toEqual([]);
  });

  const arrive = async (userId: string, locale?: string): Promise<Visitor> => {
    const visitor = await visit(browser, service.url, userId, locale === undefined ? {} : { locale });
    visitors.push(visitor);
    return visitor;
  };
  const send = async (userId: string, more: Readonly<Record<string, unknown>>): Promise<void> => {
    const tenant = userId.split('.')[0] as string;
    const token = await signToken({ tenant, user: `${tenant}.manager`, permissions: ['notification:*'] });
    const { status, body } = await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: [userId] }, ...more },
    });
    if (status !== 201) throw new Error(`Sending was answered ${status}: ${JSON.stringify(body)}`);
  };
  const badge = (page: Page) => page.locator('herald-bell .badge');

  it('show a notification to its recipient within a second, and to no one else', async () => {
    const sender = await arrive('acme.buyer');
    const [receiver, stranger] = await Promise.all([arrive('acme.finance'), arrive('beta.buyer')]);
    await sender.page.locator('nav a[href="#/send"]').click();
    await sender.page.locator('[role=combobox]').fill('Henrik');
    await sender.page.locator('[data-id="acme.finance"]').click();
    await sender.page.locator('[name=title]').fill('Invoice 9921 is yours');
    const began = performance.now();
    await sender.page.locator('button[type=submit]').click();
    await receiver.rows('Invoice 9921 is yours').waitFor();
    expect(performance.now() - began).toBeLessThan(1_000);
    await sender.page.getByText('Sent to 1 person.').waitFor();
    expect(await badge(receiver.page).textContent()).toBe('1');

    // A later event on each of the other streams proves that the first one did not reach them.
    await send('acme.buyer', { title: 'For the buyer' });
    await send('beta.buyer', { title: 'For the stranger' });
    await until('the buyer receives it', async () => (await sender.announced()).includes('For the buyer'));
    await stranger.rows('For the stranger').waitFor();
    expect(await sender.announced()).toEqual(['For the buyer']);
    expect(await stranger.announced()).toEqual(['For the stranger']);
    await sender.page.locator('nav a[href="#/inbox"]').click();
    await sender.rows('For the buyer').waitFor();
    expect(await sender.page.locator('.row').count()).toBe(1);
    expect(await stranger.page.locator('.row').count()).toBe(1);
  });

  it('show markup in a title and a text as text (defect 12)', async () => {
    const reader = await arrive('acme.finance2');
    const title = '<img src=x onerror=alert(1)><b>bold</b>';
    await send('acme.finance2', { title, content: '<script>alert(2)</script> {{7*7}}' });
    await reader.rows(title).click();
    await reader.page.locator('article h1', { hasText: title }).waitFor();
    expect(await reader.page.locator('article .content').textContent()).toBe('<script>alert(2)</script> {{7*7}}');
    expect(await reader.page.locator('article b, img[src="x"], .row b').count()).toBe(0);
    await reader.page.locator('.bell').click();
    await reader.page.locator('herald-bell .item', { hasText: title }).waitFor();
    // A model of the legacy test page, which sets innerHTML: here the title becomes markup, so the counts above prove something.
    const legacy = await reader.page.context().newPage();
    await legacy.setContent('<p id="log"></p>');
    await legacy.evaluate(`document.getElementById('log').innerHTML += ${JSON.stringify(title)}`);
    expect(await legacy.locator('b, img[src="x"]').count()).toBe(2);
    await legacy.close();
  });

  it('mark everything as read and undo it', async () => {
    const reader = await arrive('acme.hr');
    for (const title of ['One', 'Two', 'Three']) await send('acme.hr', { title });
    await until('three are unread', async () => (await badge(reader.page).textContent()) === '3');
    await reader.page.locator('herald-inbox .read-all').click();
    await badge(reader.page).waitFor({ state: 'detached' });
    await until('no row is unread', async () => (await reader.page.locator('.row .title.unread').count()) === 0);
    await reader.page.locator('.undo-button').click();
    await until(
      'three are unread again',
      async () => (await badge(reader.page).textContent({ timeout: 5_000 })) === '3',
    );
    await until(
      'the rows are unread again',
      async () => (await reader.page.locator('.row .title.unread').count()) === 3,
    );
  });

  // `npm test` covers what follows without a browser: verbs, permissions, sessions and problems over REST, the pages' logic in unit
  // specs beside src/web.
  itInFullProfile('archive, unarchive and snooze, and require an acknowledgement first', async () => {
    const reader = await arrive('beta.hr');
    const { page } = reader;
    await send('beta.hr', { title: 'Leave policy', requiresAck: true });
    await reader.rows('Leave policy').click();
    await page.locator('.acknowledge').waitFor();
    expect(await page.locator('.verb-archive').isDisabled()).toBe(true);
    await page.locator('.acknowledge').click();
    await page.locator('article .note.good', { hasText: 'Acknowledged' }).waitFor();
    await page.locator('.verb-archive').click();
    await reader.rows('Leave policy').waitFor({ state: 'detached' });
    await page.locator('[data-state=archived]').click();
    await reader.rows('Leave policy').click();
    await page.locator('.verb-unarchive').click();
    await reader.rows('Leave policy').waitFor({ state: 'detached' });
    await page.locator('[data-state=inbox]').click();
    await reader.rows('Leave policy').click();
    await page.locator('.snooze').click();
    await page.getByText('For one hour').click();
    await reader.rows('Leave policy').waitFor({ state: 'detached' });
    await page.locator('[data-state=snoozed]').click();
    await reader.rows('Leave policy').waitFor();
  });

  itInFullProfile('work with the keyboard alone', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(service.url);
    await page.locator('[data-user="beta.finance"]').waitFor();
    await tabTo(page, '[data-user="beta.finance"]');
    await page.keyboard.press('Enter');
    await page.locator('herald-connection-status a.open').waitFor();
    for (const title of ['First', 'Second']) await send('beta.finance', { title });
    await page.locator('.row', { hasText: 'Second' }).waitFor();
    await tabTo(page, '.row');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('article h1', { hasText: 'First' }).waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('e');
    await page.locator('.row', { hasText: 'Second' }).waitFor({ state: 'detached' });
    await tabTo(page, '.bell');
    await page.keyboard.press('Enter');
    await page.locator('herald-bell .item').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('herald-bell .item').waitFor({ state: 'detached' });
    expect(await focusIsVisible(page)).toBe(true);
    await context.close();
  });

  itInFullProfile('explain what the service does not accept', async () => {
    const sender = await arrive('acme.admin');
    const { page } = sender;
    await page.locator('nav a[href="#/send"]').click();
    await page.locator('button[type=submit]').click();
    await page.getByText('Select at least one recipient.').waitFor();
    await page.locator('[role=combobox]').fill('acme.hr');
    await page.locator('[role=combobox]').press('Enter');
    await page.locator('[name=title]').fill('With a bad link');
    await page.locator('[name=link]').fill('javascript:alert(1)');
    await page.locator('button[type=submit]').click();
    await page.getByText('Some fields are not valid').waitFor();
    expect(await page.locator('[name=link]').getAttribute('aria-invalid')).toBe('true');
    const others = sender.browserErrors.filter((text) => !REFUSED.test(text));
    (sender.browserErrors as string[]).splice(0, sender.browserErrors.length, ...others);
  });

  itInFullProfile('offer only what the permissions allow', async () => {
    const [buyer, admin] = await Promise.all([arrive('acme.buyer'), arrive('acme.admin')]);
    expect(await buyer.page.locator('nav a').count()).toBe(4);
    await buyer.page.goto(`${service.url}/#/send`);
    expect(await buyer.page.locator('[value=tenant]').isDisabled()).toBe(true);
    const following = admin.page.waitForResponse((answer) => answer.url().endsWith('/topics'));
    await admin.page.locator('nav a[href="#/online"]').click();
    await admin.page.locator('tr[data-user="acme.buyer"]', { hasText: 'Tomás Rivera' }).waitFor();
    expect(await admin.page.locator('tr[data-user^="beta"]').count()).toBe(0);
    // From here on the page learns of arrivals only from events.
    expect((await following).status()).toBe(200);
    await admin.page.route('**/online-users?*', () => undefined);
    // Only people who were not online before: a return within the 10 s grace period causes no event.
    await Promise.all([arrive('acme.manager'), arrive('beta.manager')]);
    await admin.page.locator('tr[data-user="acme.manager"]').waitFor();
    expect(await admin.page.locator('tr[data-user^="beta"]').count()).toBe(0);
  });

  itInFullProfile('sign out in every tab', async () => {
    const first = await arrive('beta.admin');
    const second = await first.context.newPage();
    await second.goto(service.url);
    await second.locator('herald-connection-status a.open').waitFor();
    await first.page.locator('.me').click();
    await first.page.locator('.sign-out').click();
    await first.page.locator('[data-user="beta.admin"]').waitFor();
    await second.locator('[data-user="beta.admin"]').waitFor();
    expect(await first.context.cookies()).toEqual([]);
    const answer = await first.context.request.get(`${service.url}/api/v1/notifications/counts`);
    expect(answer.status()).toBe(401);
  });

  itInFullProfile('follow another tab that signs in as someone else', async () => {
    const first = await arrive('acme.hr');
    const second = await first.context.newPage();
    await second.goto(service.url);
    await second.locator('.me').click();
    await second.locator('.sign-out').click();
    await second.locator('[data-user="beta.buyer"]').click();
    await first.page.locator('header .tenant', { hasText: 'Beta' }).waitFor();
    await first.live();
    await send('beta.buyer', { title: 'For both tabs' });
    await first.rows('For both tabs').waitFor();
    expect(await first.rows('One').count()).toBe(0);
  });

  itInFullProfile('start in Chinese for a Chinese browser, and remember a chosen language and theme', async () => {
    const reader = await arrive('beta.manager', 'zh-CN');
    const { page } = reader;
    await page.locator('nav a', { hasText: '收件箱' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.locator('.language').click();
    await page.locator('.theme').click();
    await page.reload();
    await page.locator('nav a', { hasText: 'Inbox' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });
});
