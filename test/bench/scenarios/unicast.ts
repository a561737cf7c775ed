import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import type { ServerName } from '../servers/server-registry.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS: readonly ServerName[] = ['bare-socket', 'nest-default', 'herald'];

/** Connected users, each with one stream. */
const USERS = 5_000;

/** Events between two waits for the load process, so that waiting does not hide the difference. */
const EVENTS_PER_ROUND = 64;

/** Until the code that handles an event is compiled and the garbage of opening the streams is collected. */
const WARM_UP_MS = 2_000;

const CONDITION = `${USERS.toLocaleString('en')} users`;

/** One event to one user among many, each in its own turn of the event loop: the cost of finding the connection. */
export const unicast: Scenario = {
  name: 'unicast',
  title: 'Unicast: CPU of the server per event to one of 5,000 users, µs',
  async measure(context) {
    const book = new FigureBook();
    await interleave(context, SERVERS, (server, repetition) =>
      withSession(context, server, [], async (session) => {
        await session.connect(USERS);
        const plan = { to: 'one-user', eventsPerRound: EVENTS_PER_ROUND, users: USERS, minRounds: 1 } as const;
        await session.run({ ...plan, minMs: Math.max(context.options.minMs, WARM_UP_MS) });
        const { cpuMicros, events } = await session.run({ ...plan, minMs: context.options.minMs });
        book.add(server, CONDITION, cpuMicros / events);
        context.progress(`unicast ${repetition + 1}: ${server}: ${(cpuMicros / events).toFixed(1)} µs`);
      }),
    );
    const ratios = compare(book, [
      {
        what: 'unicast ÷ bare hub with a Map',
        condition: CONDITION,
        of: 'herald',
        by: 'bare-socket',
        target: TARGETS.unicastByBareMap,
      },
      { what: 'Nest default ÷ unicast', condition: CONDITION, of: 'nest-default', by: 'herald' },
    ]);
    return { figures: book.figures(), ratios };
  },
};
