import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Answer, call } from './http.js';
import { type Service, startService, TEST_JWT_SECRET } from './service.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { signToken } from './token.js';
import { visit, type Visitor } from './visitor.js';

/** Console errors of refused requests. The page shows the refusals itself. */
const REFUSED = /status of (404|409|412)/;

/** A service with a demo tenant, and people at its approvals page. */
export interface ApprovalPages {
  /** Address of the service. */
  readonly url: () => string;
  /** Signs a person in and opens the approvals or another page. The test's end closes it. */
  readonly arrive: (userId: string, address?: string) => Promise<Visitor>;
  readonly open: (visitor: Visitor, address: string) => Promise<void>;
  /** Calls the API as a user. @throws Error for any refusal. */
  readonly api: (
    user: string,
    path: string,
    body?: unknown,
    permissions?: readonly string[],
  ) => Promise<Answer['body']>;
  /** Submits an order through the API. @returns the id of its request. */
  readonly order: (more?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly taskOf: (user: string, instanceId: string) => Promise<string>;
  readonly row: (page: Page, title: string) => Locator;
  readonly status: (page: Page, word: string) => Locator;
  readonly approve: (visitor: Visitor, title: string) => Promise<void>;
}

/** Starts a service with the demo tenant and a browser for a suite. An error in a browser's console fails the test. */
export function setUpApprovalPages(launch: () => Promise<Browser>): ApprovalPages {
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
    const browserErrors = all.flatMap(({ userId, browserErrors: texts }) => texts.map((text) => `${userId}: ${text}`));
    expect(browserErrors.filter((text) => !REFUSED.test(text))).toEqual([]);
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
  const api = async (
    user: string,
    path: string,
    body?: unknown,
    permissions: readonly string[] = [],
  ): Promise<Answer['body']> => {
    const token = await signToken({ tenant: 'acme', user, permissions });
    const answer = await call(`${service.url}/api/v1/${path}`, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  /** Submits an order through the API. @returns the id of its request. */
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
  const status = (page: Page, word: string) => page.locator(`herald-request .chips [data-status=${word}]`);
  const approve = async ({ page }: Visitor, title: string): Promise<void> => {
    await row(page, title).click();
    await page.locator('herald-request h1', { hasText: title }).waitFor();
    await page.locator('.verb-approve').click();
    await page.getByText('You approved this.').waitFor();
  };

  return { url: () => service.url, arrive, open, api, order, taskOf, row, status, approve };
}
