import type { LoadQuestions, ServerQuestions } from '../processes/messages.js';
import { AskedProcess } from '../processes/question-channel.js';
import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { Scenario } from './scenario.js';
import { interleave, SERVER_SCRIPT, type Session, withSession } from './session.js';

const USERS = 1_000;
const PER_SECOND = 1_000;
const EVENTS = 6_000;

const MIDDLE = 'p50 ms';
const TAIL = 'p99 ms';

const ONE = 'Nest Herald, one node';
const TWO = 'Nest Herald, published on another node';
const POLLER = 'a poller that looks every 100 ms';
const NOTIFY = 'NOTIFY in the transaction of the publisher';

const SERVER_OF = {
  [ONE]: 'herald-postgres',
  [TWO]: 'herald-postgres',
  [POLLER]: 'poller',
  [NOTIFY]: 'notify-in-transaction',
} as const;

const PLAN = { to: 'in-turn', users: USERS, perSecond: PER_SECOND } as const;

/** 1,000 events a second, each to one of 1,000 people, from the publisher's commit to the client. */
export const commitToWire: Scenario = {
  name: 'commit-to-wire',
  title: 'Commit to wire: 1,000 events/s to 1,000 people over PostgreSQL, ms',
  measure: (context) =>
    withDatabase(async (database) => {
      const book = new FigureBook();
      const ways = [ONE, TWO, POLLER, NOTIFY] as const;
      await interleave(context, ways, (way) =>
        withSession(
          context,
          SERVER_OF[way],
          [],
          async (session) => {
            await session.connect(USERS);
            const measure =
              way === TWO
                ? await withPublisher(context.pinning.load, database, (publisher) => fromElsewhere(session, publisher))
                : await fromHere(session);
            book.add(way, MIDDLE, measure.p50Ms);
            book.add(way, TAIL, measure.p99Ms);
            context.progress(
              `commit-to-wire: ${way}: p50 ${measure.p50Ms.toFixed(1)}, p99 ${measure.p99Ms.toFixed(1)} ms`,
            );
          },
          database,
        ),
      );
      const rows = [ONE, TWO].flatMap((way) => [
        { what: way, condition: MIDDLE, of: way, target: TARGETS.commitToWireMs.p50 },
        { what: way, condition: TAIL, of: way, target: TARGETS.commitToWireMs.p99 },
      ]);
      return { figures: book.figures(), ratios: compare(book, rows) };
    }),
};

async function fromHere(session: Session) {
  await session.pace({ ...PLAN, events: USERS });
  return session.pace({ ...PLAN, events: EVENTS });
}

/** Numbers and writes the rows on one node, while everybody is connected to another. */
async function fromElsewhere(session: Session, publisher: AskedProcess<ServerQuestions>) {
  const pace = async (events: number): ReturnType<AskedProcess<LoadQuestions>['ask']> => {
    await session.load.ask('record', { eventsEach: events / USERS });
    const { publishedAt } = await publisher.ask('pace', { ...PLAN, events });
    return session.load.ask('latencies', { publishedAt, order: PLAN.to });
  };
  await pace(USERS);
  return (await pace(EVENTS)) as Awaited<ReturnType<Session['pace']>>;
}

async function withPublisher<T>(
  command: readonly string[],
  database: string,
  use: (publisher: AskedProcess<ServerQuestions>) => Promise<T>,
): Promise<T> {
  const publisher = AskedProcess.start<ServerQuestions>(SERVER_SCRIPT, 'publisher', { command, nodeArguments: [] });
  try {
    await publisher.ask('listen', { server: 'herald-postgres', database });
    return await use(publisher);
  } finally {
    await publisher.stop();
  }
}
