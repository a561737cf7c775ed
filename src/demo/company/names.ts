import type { SeededRandom } from './seeded-random.js';

/** A name, and how it is written in an id. */
export interface EmployeeName {
  readonly name: string;
  /** Lower-case ASCII, `given.family`. */
  readonly slug: string;
}

const GIVEN =
  'Aisha Anders Beatriz Carlos Chiara Daniel Elena Emeka Fatima Felix Hannah Hugo Ingrid Ivan Jonas Karim Katarzyna Lars Leila Lucia Marco Marta Mateo Mei Mikael Nadine Nikolai Olivia Pablo Priya Rahul Rosa Samuel Sofia Stefan Tariq Tereza Victor Yuki Zofia'.split(
    ' ',
  );
const FAMILY =
  'Abadi Andersson Becker Bianchi Chowdhury Costa Dubois Eriksen Fischer Fontaine Garcia Haddad Hansen Ibrahim Ivanova Jansen Kaya Keller Kowalski Larsen Lopez Marino Mehta Moreau Nakamura Novak Ochieng Olsen Park Petrov Rossi Santos Schmidt Silva Tanaka Vargas Virtanen Weber Yilmaz Zimmermann'.split(
    ' ',
  );

/** Written, and in pinyin. */
const CHINESE_FAMILY = words(
  '王 wang,李 li,张 zhang,刘 liu,陈 chen,杨 yang,黄 huang,赵 zhao,吴 wu,周 zhou,徐 xu,孙 sun,马 ma,朱 zhu,胡 hu,郭 guo,何 he,高 gao,林 lin,罗 luo,郑 zheng,梁 liang,谢 xie,宋 song,唐 tang,许 xu,韩 han,冯 feng,邓 deng,曹 cao',
);
const CHINESE_GIVEN = words(
  '伟 wei,芳 fang,娜 na,敏 min,静 jing,丽 li,强 qiang,磊 lei,洋 yang,艳 yan,勇 yong,杰 jie,娟 juan,涛 tao,明 ming,超 chao,秀英 xiuying,文博 wenbo,思远 siyuan,雨桐 yutong,子涵 zihan,浩然 haoran,欣怡 xinyi,嘉豪 jiahao,晓燕 xiaoyan,志强 zhiqiang,建华 jianhua,海峰 haifeng,雪梅 xuemei,俊杰 junjie',
);

/** A name that nobody in `taken` has; its slug is added to `taken`. @param chinese share of Chinese names, of 1. */
export function newName(random: SeededRandom, chinese: number, taken: Set<string>): EmployeeName {
  for (;;) {
    const made = random.chance(chinese) ? chineseName(random) : internationalName(random);
    if (taken.has(made.slug)) continue;
    taken.add(made.slug);
    return made;
  }
}

function internationalName(random: SeededRandom): EmployeeName {
  const [given, family] = [random.pick(GIVEN), random.pick(FAMILY)];
  return { name: `${given} ${family}`, slug: `${given}.${family}`.toLowerCase() };
}

function chineseName(random: SeededRandom): EmployeeName {
  const [family, given] = [random.pick(CHINESE_FAMILY), random.pick(CHINESE_GIVEN)];
  return { name: family.written + given.written, slug: `${given.spoken}.${family.spoken}` };
}

function words(list: string): readonly { readonly written: string; readonly spoken: string }[] {
  return list.split(',').map((pair) => {
    const [written = '', spoken = ''] = pair.split(' ');
    return { written, spoken };
  });
}
