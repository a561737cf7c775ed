import type { LeaveToInsert } from '../leave/leave-request.store.js';
import type { OrderToInsert } from '../orders/purchase-order.store.js';
import type { DemoCompany, DemoEmployee } from './demo-company.js';
import { DOCUMENT_DATA } from './document-data.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

/** Number of orders and leave requests that each company decided before it was loaded. */
const PAST_ORDERS = 180;
const PAST_LEAVE = 140;

const DAY_MS = 86_400_000;

/** Age of the oldest of them; milliseconds. */
const PAST_MS = 90 * DAY_MS;

/** Past orders, oldest first; the same for the same company and `now`. */
export function pastOrders(company: DemoCompany, now: Date): readonly OrderToInsert[] {
  const random = seededRandom(seedOf(company, 1));
  const { goods, suppliers, currency } = DOCUMENT_DATA[company.language];
  const buyers = company.employees.filter(({ departmentIds }) => departmentIds.includes('purchasing'));
  return timesOf(random, PAST_ORDERS, now).map((createdAt) => {
    const lines = Array.from({ length: random.between(1, 4) }, () => {
      const quantity = random.between(1, 60);
      return { item: random.pick(goods), quantity, amount: (quantity * random.between(300, 24_000)) / 100 };
    });
    return {
      ...decisionOf(random, createdAt, now),
      supplier: random.pick(suppliers),
      amount: Math.round(lines.reduce((sum, { amount }) => sum + amount * 100, 0)) / 100,
      currency,
      costCentre: `CC-${random.between(1, 9)}0${random.between(1, 9)}`,
      note: null,
      lines,
      requesterId: random.pick(buyers).id,
    };
  });
}

/** Past leave requests, oldest first; the same for the same company and `now`. */
export function pastLeave(company: DemoCompany, now: Date): readonly LeaveToInsert[] {
  const random = seededRandom(seedOf(company, 2));
  const { leaveReasons } = DOCUMENT_DATA[company.language];
  return timesOf(random, PAST_LEAVE, now).map((createdAt) => {
    const kind = random.pick(['annual', 'annual', 'annual', 'sick', 'personal', 'other'] as const);
    const days = kind === 'annual' ? random.between(1, 10) : random.between(1, 3);
    const first = new Date(createdAt.getTime() + random.between(1, 30) * DAY_MS);
    return {
      ...decisionOf(random, createdAt, now),
      kind,
      from: dateOf(first),
      to: dateOf(new Date(first.getTime() + (days - 1) * DAY_MS)),
      days,
      reason: random.pick(leaveReasons[kind]),
      requesterId: random.pick<DemoEmployee>(company.employees).id,
    };
  });
}

function timesOf(random: SeededRandom, count: number, now: Date): readonly Date[] {
  return Array.from({ length: count }, () => now.getTime() - PAST_MS + Math.floor(random.next() * (PAST_MS - DAY_MS)))
    .sort((earlier, later) => earlier - later)
    .map((time) => new Date(time));
}

/** A decision between the creation of the document and now. */
function decisionOf(random: SeededRandom, createdAt: Date, now: Date) {
  const waitedMs = random.between(1, 72) * 3_600_000;
  return {
    status: random.chance(0.86) ? ('approved' as const) : ('rejected' as const),
    createdAt,
    decidedAt: new Date(Math.min(createdAt.getTime() + waitedMs, now.getTime())),
  };
}

function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function seedOf(company: DemoCompany, kind: number): number {
  return Buffer.from(company.tenantId).reduce((sum, byte) => sum * 31 + byte, kind);
}
