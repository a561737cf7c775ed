import type { NewLeave } from '../leave/leave-request.schemas.js';
import type { NewOrder } from '../orders/purchase-order.schemas.js';
import type { DemoCompany } from './demo-company.js';
import { DOCUMENT_DATA } from './document-data.js';
import type { Post } from './fixed-people.js';

/** The fixed person who submits a document. */
interface Submitted {
  readonly post: Post;
}

const DAY_MS = 86_400_000;

/**
 * Tasks of the head of purchasing that are approved while the company is loaded, newest first, so that finance has tasks
 * too.
 */
export const APPROVED_BY_HEAD = 2;

/** Orders that wait for an approval when the company has just been loaded. */
export function openOrders({ language }: DemoCompany): readonly (NewOrder & Submitted)[] {
  const { currency, openOrders: orders } = DOCUMENT_DATA[language];
  return orders.map(({ supplier, item, quantity, amount }) => ({
    post: 'buyer',
    supplier,
    amount,
    currency,
    costCentre: 'CC-402',
    note: null,
    lines: [{ item, quantity, amount }],
  }));
}

/** Leave requests that wait for an approval when the company has just been loaded. */
export function openLeave({ language }: DemoCompany, now: Date): readonly (NewLeave & Submitted)[] {
  return DOCUMENT_DATA[language].openLeave.map(({ inDays, ...leave }) => ({
    ...leave,
    from: dateOf(now.getTime() + inDays * DAY_MS),
    to: dateOf(now.getTime() + (inDays + leave.days - 1) * DAY_MS),
  }));
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
