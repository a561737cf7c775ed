import type { LeaveToKeep } from '../leave/leave-request.store.js';
import type { OrderToKeep } from '../orders/purchase-order.store.js';
import type { DemoCompany, DemoEmployee } from './demo-company.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

/** Orders and leave requests that each company decided before it was loaded. */
const PAST_ORDERS = 180;
const PAST_LEAVE = 140;

/** How far back they go; milliseconds. */
const PAST_MS = 90 * 86_400_000;

const DAY_MS = 86_400_000;

const SUPPLIERS = {
  en: 'Nordlicht Bearings,Halden Cables,Kestrel Tools,Baltic Steel,Orchard Packaging,Lumen Lighting,Vega Hydraulics,Corvus Safety,Delta Office Supply,Pinewood Pallets,Sterling Fasteners,Hekla Pumps',
  zh: '宁波轴承,华东电缆,苏州精工,宝山钢材,青岛包装,光明照明,北方液压,安盾劳保,得力办公,松江托盘,恒固紧固件,长江水泵',
} as const;

const GOODS = {
  en: 'Ball bearing 6204,Control cable 5×1.5,Hex bolt M12,Hydraulic hose,Safety gloves,LED high-bay lamp,Pallet 1200×800,Cutting insert CNMG,Office chair,Barcode scanner,Gear oil 20 l,Pump seal kit',
  zh: '深沟球轴承 6204,控制电缆 5×1.5,六角螺栓 M12,液压软管,防护手套,LED 工矿灯,托盘 1200×800,车刀片 CNMG,办公椅,条码扫描枪,齿轮油 20 升,泵密封组件',
} as const;

/** Orders as their numbers went up, made by the seed of the company. */
export function pastOrders(company: DemoCompany, now: Date): readonly OrderToKeep[] {
  const random = seededRandom(seedOf(company, 1));
  const buyers = company.employees.filter(({ departmentIds }) => departmentIds.includes('purchasing'));
  return timesOf(random, PAST_ORDERS, now).map((createdAt) => {
    const lines = Array.from({ length: random.between(1, 4) }, () => {
      const quantity = random.between(1, 60);
      return {
        item: random.pick(GOODS[company.language].split(',')),
        quantity,
        amount: (quantity * random.between(300, 24_000)) / 100,
      };
    });
    return {
      ...decided(random, createdAt, now),
      supplier: random.pick(SUPPLIERS[company.language].split(',')),
      amount: Math.round(lines.reduce((sum, { amount }) => sum + amount * 100, 0)) / 100,
      currency: company.language === 'zh' ? 'CNY' : 'EUR',
      costCentre: `CC-${random.between(1, 9)}0${random.between(1, 9)}`,
      note: null,
      lines,
      requesterId: random.pick(buyers).id,
    };
  });
}

/** Leave requests as their numbers went up, made by the seed of the company. */
export function pastLeave(company: DemoCompany, now: Date): readonly LeaveToKeep[] {
  const random = seededRandom(seedOf(company, 2));
  const reasons: Readonly<Record<LeaveToKeep['kind'], readonly (string | null)[]>> = {
    annual: company.language === 'zh' ? ['家庭旅行', '年假', null] : ['Family holiday', 'Long weekend', null],
    sick: company.language === 'zh' ? ['感冒发烧', '复诊'] : ['Flu', 'Doctor’s appointment'],
    personal: company.language === 'zh' ? ['搬家', '办理证件'] : ['Moving house', 'At the authorities'],
    other: company.language === 'zh' ? ['培训'] : ['Training'],
  };
  return timesOf(random, PAST_LEAVE, now).map((createdAt) => {
    const kind = random.pick(['annual', 'annual', 'annual', 'sick', 'personal', 'other'] as const);
    const days = kind === 'annual' ? random.between(1, 10) : random.between(1, 3);
    const first = new Date(createdAt.getTime() + random.between(1, 30) * DAY_MS);
    return {
      ...decided(random, createdAt, now),
      kind,
      from: dayOf(first),
      to: dayOf(new Date(first.getTime() + (days - 1) * DAY_MS)),
      days,
      reason: random.pick(reasons[kind]),
      requesterId: random.pick<DemoEmployee>(company.employees).id,
    };
  });
}

function timesOf(random: SeededRandom, count: number, now: Date): readonly Date[] {
  return Array.from({ length: count }, () => now.getTime() - PAST_MS + Math.floor(random.next() * (PAST_MS - DAY_MS)))
    .sort((earlier, later) => earlier - later)
    .map((time) => new Date(time));
}

/** What came of it, before now. */
function decided(random: SeededRandom, createdAt: Date, now: Date) {
  const waited = random.between(1, 72) * 3_600_000;
  return {
    status: random.chance(0.86) ? ('approved' as const) : ('rejected' as const),
    createdAt,
    decidedAt: new Date(Math.min(createdAt.getTime() + waited, now.getTime())),
  };
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function seedOf(company: DemoCompany, kind: number): number {
  return Buffer.from(company.tenantId).reduce((sum, byte) => sum * 31 + byte, kind);
}
