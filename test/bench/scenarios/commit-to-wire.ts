import { HINT_SERVERS, HintServer } from '../processes/hint-server.js';
import type { LoadQuestions, ServerQuestions } from '../processes/messages.js';
import { AskedProcess } from '../processes/bench-process.js';
import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { BenchContext, Scenario } from './scenario.js';
import { interleave, SERVER_SCRIPT, type Session, withSession } from './session.js';

const USERS = 1_000;
const PER_SECOND = 1_000;
const EVENTS = 6_000;

const MIDDLE = 'p50 ms';
const TAIL = 'p99 ms';

const ONE = 'Nest Herald, one node';
const TWO = 'Nest Herald, published on another node, hints over';
const POLLER = 'a poller that looks every 100 ms';
const NOTIFY = 'NOTIFY in the transaction of the publisher';

/** One way from a commit to the wire. */
interface Way {
  readonly name: string;
  readonly server: string;
  /** The same server on a second node, which publishes and numbers. */
  readonly isFromElsewhere: boolean;
  readonly hasTarget: boolean;
}

const PLAN = { to: 'in-turn', users: USERS, perSecond: PER_SECOND } as const;

/** 1,000 events a second, each to one of 1,000 people, from the publisher's commit to the client. */
export const commitToWire: Scenario = {
  name: 'commit-to-wire',
  title: 'Commit to wire: 1,000 events/s to 1,000 people over PostgreSQL, ms',
  measure: (context) =>
    withBrokers(context, (backplanes) =>
      withDatabase(async (database) => {
        const book = new FigureBook();
        const ways: readonly Way[] = [
          { name: ONE, server: 'herald-postgres', isFromElsewhere: false, hasTarget: true },
          ...backplanes.map((backplane) => ({
            name: `${TWO} ${backplane}`,
            server: `herald-${backplane}`,
            isFromElsewhere: true,
            hasTarget: true,
          })),
          { name: POLLER, server: 'poller', isFromElsewhere: false, hasTarget: false },
          { name: NOTIFY, server: 'notify-in-transaction', isFromElsewhere: false, hasTarget: false },
        ];
        const byName = new Map(ways.map((way) => [way.name, way]));
        await interleave(context, [...byName.keys()], (name) => measureWay(context, byName.get(name)!, database, book));
        const rows = ways.flatMap(({ name, hasTarget }) =>
          hasTarget
            ? [
                { what: name, condition: MIDDLE, of: name, target: TARGETS.commitToWireMs.p50 },
                { what: name, condition: TAIL, of: name, target: TARGETS.commitToWireMs.p99 },
              ]
            : [],
        );
        return { figures: book.figures(), ratios: compare(book, rows) };
      }),
    ),
};

function measureWay(context: BenchContext, way: Way, database: string, book: FigureBook): Promise<void> {
  const { name, server, isFromElsewhere } = way;
  return withSession(
    context,
    server,
    [],
    async (session) => {
      await session.connect(USERS);
      const measure = isFromElsewhere
        ? await withPublisher(context.pinning.load, server, database, (publisher) => fromElsewhere(session, publisher))
        : await fromHere(session);
      book.add(name, MIDDLE, measure.p50Ms);
      book.add(name, TAIL, measure.p99Ms);
      context.progress(`commit-to-wire: ${name}: p50 ${measure.p50Ms.toFixed(1)}, p99 ${measure.p99Ms.toFixed(1)} ms`);
    },
    database,
  );
}

/** Starts Redis and NATS for `use`, as far as they are installed; the processes under test find them in the environment. */
async function withBrokers<T>(context: BenchContext, use: (backplanes: readonly string[]) => Promise<T>): Promise<T> {
  const running: HintServer[] = [];
  try {
    for (const name of HINT_SERVERS) {
      const broker = await HintServer.start(name);
      if (broker === null) {
        context.progress(`commit-to-wire: ${name} is not installed, so it is left out`);
        continue;
      }
      running.push(broker);
      Object.assign(process.env, broker.environment);
    }
    return await use(['postgres', ...running.map((broker) => broker.name)]);
  } finally {
    for (const broker of running) await broker.stop();
  }
}

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
  server: string,
  database: string,
  use: (publisher: AskedProcess<ServerQuestions>) => Promise<T>,
): Promise<T> {
  const publisher = AskedProcess.start<ServerQuestions>(SERVER_SCRIPT, 'publisher', { command, nodeArguments: [] });
  try {
    await publisher.ask('listen', { server, database });
    return await use(publisher);
  } finally {
    await publisher.stop();
  }
}
