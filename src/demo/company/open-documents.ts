import type { NewLeave } from '../leave/leave-request.schemas.js';
import type { NewOrder } from '../orders/purchase-order.schemas.js';
import type { DemoCompany } from './demo-company.js';

/** Who of the fixed people asks: the part of the id behind the tenant. */
interface Asked {
  readonly post: 'buyer' | 'finance2' | 'hr' | 'manager';
}

const DAY_MS = 86_400_000;

/** Orders that wait for somebody when the company has just been loaded; the newest two are decided by the head of purchasing. */
export function openOrders({ language }: DemoCompany): readonly (NewOrder & Asked)[] {
  const isChinese = language === 'zh';
  const order = (
    supplier: readonly [string, string],
    item: readonly [string, string],
    quantity: number,
    amount: number,
  ) => ({
    post: 'buyer' as const,
    supplier: supplier[isChinese ? 1 : 0],
    amount,
    currency: isChinese ? 'CNY' : 'EUR',
    costCentre: 'CC-402',
    note: null,
    lines: [{ item: item[isChinese ? 1 : 0], quantity, amount }],
  });
  return [
    order(['Kestrel Tools', '苏州精工'], ['Cutting insert CNMG', '车刀片 CNMG'], 200, 1_480),
    order(['Orchard Packaging', '青岛包装'], ['Pallet 1200×800', '托盘 1200×800'], 400, 7_640),
    order(['Corvus Safety', '安盾劳保'], ['Safety gloves', '防护手套'], 60, 412.8),
    order(['Halden Cables', '华东电缆'], ['Control cable 5×1.5', '控制电缆 5×1.5'], 2_000, 12_900),
    order(['Hekla Pumps', '长江水泵'], ['Booster pump set', '增压泵组'], 2, 128_000),
    order(['Nordlicht Bearings', '宁波轴承'], ['Ball bearing 6204', '深沟球轴承 6204'], 1_200, 18_400),
    order(['Vega Hydraulics', '北方液压'], ['Hydraulic unit HP30', '液压站 HP30'], 3, 46_500),
  ];
}

/** Tasks of the head of purchasing, from the newest, that are approved while loading, so that finance finds some, too. */
export const APPROVED_BY_HEAD = 2;

/** Leave requests that wait for somebody when the company has just been loaded. */
export function openLeave({ language }: DemoCompany, now: Date): readonly (NewLeave & Asked)[] {
  const isChinese = language === 'zh';
  const leave = (
    post: Asked['post'],
    kind: NewLeave['kind'],
    inDays: number,
    days: number,
    reason: readonly [string, string],
  ) => ({
    post,
    kind,
    from: dayOf(now.getTime() + inDays * DAY_MS),
    to: dayOf(now.getTime() + (inDays + days - 1) * DAY_MS),
    days,
    reason: reason[isChinese ? 1 : 0],
  });
  return [
    leave('finance2', 'annual', 20, 8, ['Visiting family', '回乡探亲']),
    leave('hr', 'personal', 6, 1, ['At the authorities', '办理证件']),
    leave('manager', 'annual', 30, 4, ['Skiing', '滑雪']),
  ];
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
