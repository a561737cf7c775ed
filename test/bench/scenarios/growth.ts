import { FigureBook } from '../report/figure.js';
import { compare, type Comparison } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, type Session, withSession } from './session.js';

const SERVERS = ['herald'] as const;

/** Users that receive events in every condition. */
const USERS = 500;
const EVENTS_PER_ROUND = 64;
/** Until the code that handles an event is compiled. */
const WARM_UP_MS = 2_000;
const HISTORY = 50_000;
const TENANTS = 900;

const BASELINE = 'alone';
const CONNECTED = 'with connections that do not follow it';
const LONG = `after ${HISTORY.toLocaleString('en')} events of history`;
const MANY = `with ${TENANTS} other tenants`;

/** One event to one user while the rest of the system grows: the cost of the event must stay the same. */
export const growth: Scenario = {
  name: 'growth',
  title: 'Growth: CPU of the server per event to one of 500 people, µs',
  async measure(context) {
    const { many, minMs } = context.options;
    const book = new FigureBook();
    const measure = async (session: Session, condition: string): Promise<void> => {
      const plan = { to: 'one-user', eventsPerRound: EVENTS_PER_ROUND, users: USERS, minRounds: 1 } as const;
      await session.run({ ...plan, minMs: Math.max(minMs, WARM_UP_MS) });
      const { cpuMicros, events } = await session.run({ ...plan, minMs });
      book.add('herald', condition, cpuMicros / events);
      context.progress(`growth: ${condition}: ${(cpuMicros / events).toFixed(1)} µs`);
    };
    const conditions: readonly [string, (session: Session) => Promise<unknown>][] = [
      [BASELINE, async () => undefined],
      [CONNECTED, (session) => session.connect(many)],
      [LONG, (session) => session.server.request('grow', { history: HISTORY })],
      [MANY, (session) => session.server.request('grow', { tenants: TENANTS })],
    ];
    await interleave(context, SERVERS, async (server) => {
      // One process per condition, so that the heap of one does not affect the next.
      for (const [condition, prepare] of conditions) {
        await withSession(context, server, [], async (session) => {
          await session.connect(USERS);
          await prepare(session);
          await measure(session, condition);
        });
      }
    });
    const alone = book.valuesOf('herald', BASELINE);
    for (const [condition] of conditions.slice(1)) {
      book.valuesOf('herald', condition).forEach((value, index) => {
        const divisor = alone[index];
        if (divisor !== undefined) book.add('÷ alone', condition, value / divisor);
      });
    }
    const comparisons = conditions
      .slice(1)
      .map(([condition]): Comparison => ({ what: condition, condition, of: '÷ alone', target: TARGETS.growth }));
    return { figures: book.figures().filter(({ server }) => server === 'herald'), ratios: compare(book, comparisons) };
  },
};
