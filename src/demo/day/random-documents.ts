import type { SeededRandom } from '../company/seeded-random.js';
import { demoDataByLanguage, type DemoLanguage } from '../data/demo-data.js';

/** Texts of the simulated working day. */
export interface Phrases {
  readonly suppliers: readonly string[];
  readonly goods: readonly string[];
  readonly reasons: readonly string[];
  readonly approvals: readonly string[];
  readonly rejections: readonly string[];
  readonly returns: readonly string[];
  readonly notes: readonly { readonly title: string; readonly content: string }[];
}

const PHRASES = demoDataByLanguage<Phrases>('phrases');

/** The texts in the language of a company. */
export function phrasesOf(language: DemoLanguage): Phrases {
  return PHRASES[language];
}

/** A random order. Small ones are common; some are large enough for every step of the process. */
export function randomOrder(random: SeededRandom, phrases: Phrases) {
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

/** A random leave request. */
export function randomLeave(random: SeededRandom, phrases: Phrases, now: Date) {
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
