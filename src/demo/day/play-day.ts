import { setTimeout as delay } from 'node:timers/promises';
import { DEMO_COMPANIES, type DemoCompany, type DemoEmployee } from '../company/demo-company.js';
import { seededRandom } from '../company/seeded-random.js';
import { DayActor } from './day-actor.js';
import { DayClock } from './day-clock.js';
import type { DayOptions } from './day-options.js';
import { DayReport } from './day-report.js';
import { HeraldApi } from './herald-api.js';
import { phrasesOf } from './random-documents.js';

/** A person stops after this many faults: more tries would not help. */
const MAX_FAULTS = 5;

/**
 * Simulates a working day. The participants act concurrently, each one action after another, until the day is over.
 * @param print receives one line for each action.
 * @returns what happened; `faults` is empty when there were no errors.
 * @throws UnexpectedAnswer when a participant cannot sign in.
 */
export async function playDay(options: DayOptions, print: (line: string) => void): Promise<DayReport> {
  const company = DEMO_COMPANIES.find(({ tenantId }) => tenantId === options.tenant);
  if (company === undefined)
    throw new TypeError(
      `There is no demo company ${options.tenant}. Use ${DEMO_COMPANIES.map(({ tenantId }) => tenantId).join(' or ')}.`,
    );
  const report = new DayReport();
  const participants = participantsOf(company, options);
  const apis = await Promise.all(participants.map(({ id }) => HeraldApi.at(options.baseUrl).signIn(id)));
  const clock = new DayClock(options.minutes);
  print(`${company.name}: ${participants.map(({ name }) => name).join(', ')} take part (seed ${options.seed}).`);
  await Promise.all(
    participants.map(async (person, index) => {
      const api = apis[index];
      if (api === undefined) return;
      const random = seededRandom(options.seed * 1_000 + index);
      const actor = new DayActor({
        person,
        api,
        random,
        phrases: phrasesOf(company.language),
        report,
        colleagues: participants.map(({ id }) => id),
        log: (what) => print(`${clock.time}  ${person.name} ${what}`),
      });
      for (let faults = 0; !clock.isOver && faults < MAX_FAULTS;) {
        try {
          await actor.act();
        } catch (error) {
          faults += 1;
          const fault = `${person.name}: ${error instanceof Error ? error.message : String(error)}`;
          report.faults.push(fault);
          print(`${clock.time}  ! ${fault}`);
        }
        await delay(Math.max(0, Math.min(clock.remainingMs, 2 * options.paceMs * random.next())));
      }
    }),
  );
  return report;
}

/** The fixed people first, because they decide each other's requests; then others, drawn with the seed. */
function participantsOf(company: DemoCompany, { people, seed }: DayOptions): readonly DemoEmployee[] {
  const random = seededRandom(seed);
  const pool = [...company.employees];
  const participants = pool.splice(0, Math.min(people, 6));
  while (participants.length < people) {
    const next = random.pick(pool);
    pool.splice(pool.indexOf(next), 1);
    participants.push(next);
  }
  return participants;
}
