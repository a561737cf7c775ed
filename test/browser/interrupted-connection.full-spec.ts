import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { call } from '../support/http.js';
import { type BreakableProxy, startBreakableProxy } from '../support/breakable-proxy.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { visit, type Visitor } from '../support/visitor.js';

describeInBrowser('a page with an interrupted connection', (launch) => {
  let database: TestDatabase;
  let service: Service;
  let proxy: BreakableProxy;
  let browser: Browser;
  let reader: Visitor;

  const start = () =>
    startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, SSE_CONNECTS_PER_MINUTE: '0' });
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
  beforeEach(async () => {
    reader = await visit(browser, proxy.url, 'acme.finance');
  });
  afterEach(() => reader?.context.close());

  const send = async (title: string): Promise<void> => {
    const token = await signToken({ tenant: 'acme', user: 'acme.buyer', permissions: ['notification:send'] });
    const { status } = await call(`${service.url}/api/v1/notifications`, {
      token,
      body: { to: { users: ['acme.finance'] }, title },
    });
    expect(status).toBe(201);
  };
  /** Expects each title exactly once in the list. */
  const expectOnce = async (...titles: readonly string[]): Promise<void> => {
    for (const title of titles) {
      await reader.rows(title).first().waitFor();
      expect([title, await reader.rows(title).count()]).toEqual([title, 1]);
    }
  };

  it('keeps everything across a reload, and announces nothing twice', async () => {
    await send('before the reload');
    await reader.rows('before the reload').waitFor();
    const reloaded = reader.page.reload();
    await send('during the reload');
    await reloaded;
    await reader.live();
    await send('after the reload');
    await expectOnce('before the reload', 'during the reload', 'after the reload');
    const announced = await reader.announced();
    expect(announced).not.toContain('before the reload');
    expect(announced.filter((title) => title === 'after the reload')).toHaveLength(1);
    expect(announced).toEqual([...new Set(announced)]);
  });

  it('receives once what it missed while its connection was reset', async () => {
    await send('before the cut');
    await reader.rows('before the cut').waitFor();
    proxy.mode = 'hang-up';
    proxy.cut();
    await reader.notLive();
    await send('during the cut, one');
    await send('during the cut, two');
    proxy.mode = 'forward';
    await reader.live();
    await send('after the cut');
    await expectOnce('before the cut', 'during the cut, one', 'during the cut, two', 'after the cut');
    expect(await reader.announced()).toEqual([
      'before the cut',
      'during the cut, one',
      'during the cut, two',
      'after the cut',
    ]);
    await reader.page.goto(`${proxy.url}/#/connection`);
    expect(await reader.page.locator('.tile.resume dd').textContent()).toContain('Replay');
  });

  it('recovers after kill -9 of the service and 502 from the proxy, with nothing lost or doubled', async () => {
    await send('before the kill');
    await reader.rows('before the kill').waitFor();
    await service.kill();
    await reader.notLive();
    service = await start();
    await send('sent before the page is back');
    proxy.pointTo(service.url);
    await reader.live(60_000);
    await send('sent after the page is back');
    await expectOnce('before the kill', 'sent before the page is back', 'sent after the page is back');
    expect(await reader.announced()).toEqual([
      'before the kill',
      'sent before the page is back',
      'sent after the page is back',
    ]);
  }, 120_000);

  it('drops its own connection for a demonstration and reconnects', async () => {
    await reader.page.locator('nav a[href="#/connection"]').click();
    await reader.page.locator('.drop').click();
    await reader.notLive();
    await reader.live();
    await reader.page.locator('.tile.connects dd', { hasText: '2' }).waitFor();
  });
});
