import { setTimeout as delay } from 'node:timers/promises';
import { DEMO_COMPANIES, type DemoCompany, type DemoEmployee } from '../company/demo-company.js';
import { seededRandom } from '../company/seeded-random.js';
import { DayActor } from './day-actor.js';
import { DayClock } from './day-clock.js';
import type { DayOptions } from './day-options.js';
import { DayReport } from './day-report.js';
import { HeraldApi } from './herald-api.js';
import { phrasesOf } from './random-documents.js';

/** Faults after which somebody goes home: something is wrong that more tries would not cure. */
const MAX_FAULTS = 5;

/**
 * Plays a working day: every actor for themselves, one action after another, all at the same time, until the day is over.
 * @param tell gets one line for each thing that happens.
 * @returns what happened; `faults` is empty when all of it was in order.
 * @throws UnexpectedAnswer when somebody cannot sign in.
 */
export async function playDay(options: DayOptions, tell: (line: string) => void): Promise<DayReport> {
  const company = DEMO_COMPANIES.find(({ tenantId }) => tenantId === options.tenant);
  if (company === undefined) throw new TypeError(`There is no demo company ${options.tenant}.`);
  const report = new DayReport();
  const cast = castOf(company, options);
  const apis = await Promise.all(cast.map(({ id }) => HeraldApi.at(options.baseUrl).signIn(id)));
  const clock = new DayClock(options.minutes);
  tell(`${company.name}: ${cast.map(({ name }) => name).join(', ')} are at work (seed ${options.seed}).`);
  await Promise.all(
    cast.map(async (person, index) => {
      const api = apis[index];
      if (api === undefined) return;
      const random = seededRandom(options.seed * 1_000 + index);
      const actor = new DayActor({
        person,
        api,
        random,
        phrases: phrasesOf(company.language),
        report,
        colleagues: cast.map(({ id }) => id),
        say: (what) => tell(`${clock.time}  ${person.name} ${what}`),
      });
      for (let faults = 0; !clock.isOver && faults < MAX_FAULTS;) {
        try {
          await actor.act();
        } catch (error) {
          faults += 1;
          const fault = `${person.name}: ${error instanceof Error ? error.message : String(error)}`;
          report.faults.push(fault);
          tell(`${clock.time}  ! ${fault}`);
        }
        await delay(Math.max(0, Math.min(clock.remainingMs, 2 * options.paceMs * random.next())));
      }
    }),
  );
  return report;
}

/** The fixed people first, because their requests and decisions meet each other; then others, drawn by the seed. */
function castOf(company: DemoCompany, { people, seed }: DayOptions): readonly DemoEmployee[] {
  const random = seededRandom(seed);
  const pool = [...company.employees];
  const cast = pool.splice(0, Math.min(people, 6));
  while (cast.length < people) {
    const next = random.pick(pool);
    pool.splice(pool.indexOf(next), 1);
    cast.push(next);
  }
  return cast;
}
