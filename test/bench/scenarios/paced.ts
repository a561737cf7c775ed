import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS = ['bare-socket', 'nest-default', 'herald'] as const;

const PER_SECOND = 2;
const EVENTS = 20;

const MEDIAN = 'p50 ms';
const TAIL = 'p99 ms';

/** Two events per second to all connections: how long the last ones wait while the first are written. */
export const paced: Scenario = {
  name: 'paced',
  title: 'Paced: 2 events/s to all connections, from publishing to the client, ms',
  async measure(context) {
    const { many: users } = context.options;
    const book = new FigureBook();
    await interleave(context, SERVERS, (server, repetition) =>
      withSession(context, server, [], async (session) => {
        await session.connect(users);
        const plan = { to: 'everyone', users, perSecond: PER_SECOND } as const;
        await session.pace({ ...plan, events: 4 });
        const { p50Ms, p99Ms } = await session.pace({ ...plan, events: EVENTS });
        book.add(server, MEDIAN, p50Ms);
        book.add(server, TAIL, p99Ms);
        context.progress(`paced ${repetition + 1}: ${server}: p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms`);
      }),
    );
    const what = `p99 with ${users.toLocaleString('en')} followers`;
    const ratios = compare(book, [
      {
        what: `${what} ÷ bare socket write`,
        condition: TAIL,
        of: 'herald',
        by: 'bare-socket',
        target: TARGETS.pacedTailByBareSocket,
      },
      { what: `${what}: Nest default ÷ ours`, condition: TAIL, of: 'nest-default', by: 'herald' },
    ]);
    return { figures: book.figures(), ratios };
  },
};
