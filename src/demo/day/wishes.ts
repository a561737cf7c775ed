import type { SeededRandom } from '../company/seeded-random.js';

/** What one writes in the demo companies. */
export interface Phrases {
  readonly suppliers: readonly string[];
  readonly goods: readonly string[];
  readonly reasons: readonly string[];
  readonly approvals: readonly string[];
  readonly rejections: readonly string[];
  readonly returns: readonly string[];
  readonly notes: readonly (readonly [string, string])[];
}

const ENGLISH: Phrases = {
  suppliers: [
    'Nordlicht Bearings',
    'Halden Cables',
    'Kestrel Tools',
    'Baltic Steel',
    'Orchard Packaging',
    'Hekla Pumps',
  ],
  goods: [
    'Ball bearing 6204',
    'Control cable 5×1.5',
    'Hydraulic hose',
    'Safety gloves',
    'Pallet 1200×800',
    'Pump seal kit',
  ],
  reasons: ['Family holiday', 'Moving house', 'Doctor’s appointment', 'Training'],
  approvals: ['Fine with me.', 'Agreed, within the budget.', 'Please go ahead.'],
  rejections: ['No budget left this quarter.', 'We have enough of these in stock.'],
  returns: ['Please add the cost centre.', 'The quantity looks wrong, please check.'],
  notes: [
    ['Forklift 7 is back from repair', 'It stands at gate 2.'],
    ['Stand-up moves to 9:45 tomorrow', 'Room Kiel is taken before that.'],
    ['Supplier visit at 14:00', 'Two people from Kestrel Tools, please pick them up at the gate.'],
  ],
};

const CHINESE: Phrases = {
  suppliers: ['宁波轴承', '华东电缆', '苏州精工', '宝山钢材', '青岛包装', '长江水泵'],
  goods: ['深沟球轴承 6204', '控制电缆 5×1.5', '液压软管', '防护手套', '托盘 1200×800', '泵密封组件'],
  reasons: ['家庭旅行', '搬家', '复诊', '培训'],
  approvals: ['同意。', '预算内，同意。', '请尽快办理。'],
  rejections: ['本季度预算已用完。', '库存充足，暂不采购。'],
  returns: ['请补充成本中心。', '数量有误，请核对。'],
  notes: [
    ['7 号叉车已修好', '停放在二号门。'],
    ['明天晨会改为 9:45', '会议室此前已被占用。'],
    ['下午两点供应商来访', '苏州精工两位客人，请到门口接待。'],
  ],
};

/** The words of a company. */
export function phrasesOf(language: 'en' | 'zh'): Phrases {
  return language === 'zh' ? CHINESE : ENGLISH;
}

/** An order that somebody wants; small ones are common, and some are large enough for every step. */
export function orderWish(random: SeededRandom, phrases: Phrases) {
  const cents = random.chance(0.5)
    ? random.between(5_000, 900_000)
    : random.chance(0.8)
      ? random.between(1_000_000, 8_000_000)
      : random.between(10_000_000, 25_000_000);
  const amount = cents / 100;
  return {
    supplier: random.pick(phrases.suppliers),
    costCentre: `CC-${random.between(1, 9)}0${random.between(1, 9)}`,
    lines: [{ item: random.pick(phrases.goods), quantity: random.between(1, 80), amount }],
  };
}

/** A leave that somebody wants. */
export function leaveWish(random: SeededRandom, phrases: Phrases, now: Date) {
  const days = random.pick([1, 1, 2, 2, 3, 5, 8]);
  const first = now.getTime() + random.between(3, 60) * 86_400_000;
  const day = (offset: number): string => new Date(first + offset * 86_400_000).toISOString().slice(0, 10);
  return {
    kind: random.pick(['annual', 'annual', 'sick', 'personal']),
    from: day(0),
    to: day(days - 1),
    days,
    reason: random.pick(phrases.reasons),
  };
}
