import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type BreakableProxy, startBreakableProxy } from '../support/breakable-proxy.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { visit } from '../support/visitor.js';

describeInBrowser('a page under repeated faults', (launch) => {
  let database: TestDatabase;
  let service: Service;
  let proxy: BreakableProxy;
  let browser: Browser;

  const start = () =>
    startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
      SSE_HEARTBEAT_MS: '5000',
    });
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await start();
    proxy = await startBreakableProxy(service.url);
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await service?.stop();
    await database?.drop();
  });

  const send = async (userId: string, title: string): Promise<void> => {
    const token = await signToken({ tenant: 'acme', user: 'acme.buyer', permissions: ['notification:send'] });
    const { status } = await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: [userId] }, title },
    });
    expect(status).toBe(201);
  };

  it('replaces a silent connection after two and a half heartbeats', async () => {
    const reader = await visit(browser, proxy.url, 'acme.hr');
    proxy.mode = 'silent';
    await send('acme.hr', 'into the silence');
    await reader.page.locator('herald-connection-status a:not(.open)').waitFor({ timeout: 30_000 });
    proxy.mode = 'forward';
    proxy.cut();
    await reader.live(60_000);
    await reader.rows('into the silence').waitFor();
    expect(await reader.rows('into the silence').count()).toBe(1);
    expect(await reader.announced()).toEqual(['into the silence']);
    await reader.context.close();
  }, 120_000);

  it('warns before the session expires, and signs out when it has', async () => {
    const reader = await visit(browser, proxy.url, 'acme.admin');
    const value = await signToken({ tenant: 'acme', user: 'acme.admin', expiresInSeconds: 63 });
    const [cookie] = await reader.context.cookies();
    await reader.context.addCookies([{ ...cookie!, value }]);
    await reader.page.reload();
    await reader.page.locator('.session-warning').waitFor({ timeout: 20_000 });
    await reader.page.locator('[data-user="acme.admin"]').waitFor({ timeout: 80_000 });
    await reader.page.getByText('Your session has ended.').waitFor();
    await reader.context.close();
  }, 120_000);

  it('shows 60 notifications once each, in order, across resets, refusals, kills and reloads', async () => {
    const reader = await visit(browser, proxy.url, 'acme.finance');
    const titles = Array.from({ length: 60 }, (_, index) => `number ${String(index + 1).padStart(2, '0')}`);
    for (const [index, title] of titles.entries()) {
      await send('acme.finance', title);
      if (index % 6 === 5) proxy.cut();
      if (index === 15) proxy.mode = 'bad-gateway';
      if (index === 20) proxy.mode = 'forward';
      if (index === 30) await reader.page.reload();
      if (index === 40) {
        await service.kill();
        service = await start();
        proxy.pointTo(service.url);
      }
      await delay(150);
    }
    await reader.live(60_000);
    await reader.rows('number 60').waitFor({ timeout: 30_000 });
    await reader.page.locator('herald-inbox .more').click();
    await reader.rows('number 01').waitFor();
    const shown = await reader.page.locator('.row .title').allInnerTexts();
    expect(shown.map((text) => text.replace(/^.*?(?=number)/s, ''))).toEqual(titles.toReversed());
    const announced = await reader.announced();
    expect(announced).toEqual([...new Set(announced)]);
    await reader.context.close();
  }, 180_000);
});
