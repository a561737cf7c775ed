import { demoData } from '../data/demo-data.js';
import type { SeededRandom } from './seeded-random.js';

/** A name, and how it is written in an id. */
export interface EmployeeName {
  readonly name: string;
  /** Lower-case ASCII, `given.family`. */
  readonly slug: string;
}

interface ChineseName {
  readonly written: string;
  readonly pinyin: string;
}

const { international, chinese } = demoData<{
  readonly international: { readonly given: readonly string[]; readonly family: readonly string[] };
  readonly chinese: { readonly given: readonly ChineseName[]; readonly family: readonly ChineseName[] };
}>('names');

/**
 * Draws a name whose slug is not in `taken`, and adds its slug to `taken`.
 * @param chineseShare share of Chinese names, 0 to 1.
 */
export function newName(random: SeededRandom, chineseShare: number, taken: Set<string>): EmployeeName {
  for (;;) {
    const name = random.chance(chineseShare) ? chineseName(random) : internationalName(random);
    if (taken.has(name.slug)) continue;
    taken.add(name.slug);
    return name;
  }
}

function internationalName(random: SeededRandom): EmployeeName {
  const [given, family] = [random.pick(international.given), random.pick(international.family)];
  return { name: `${given} ${family}`, slug: `${given}.${family}`.toLowerCase() };
}

function chineseName(random: SeededRandom): EmployeeName {
  const [family, given] = [random.pick(chinese.family), random.pick(chinese.given)];
  return { name: family.written + given.written, slug: `${given.pinyin}.${family.pinyin}` };
}
