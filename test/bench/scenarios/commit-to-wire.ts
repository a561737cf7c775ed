import { HINT_SERVERS, HintServer } from '../processes/hint-server.js';
import type { LoadRequests, ServerRequests } from '../processes/messages.js';
import { BenchProcess } from '../processes/bench-process.js';
import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import { withDatabase } from './bench-database.js';
import type { BenchContext, Scenario } from './scenario.js';
import { interleave, SERVER_SCRIPT, type Session, withSession } from './session.js';

const USERS = 1_000;
const PER_SECOND = 1_000;
const EVENTS = 6_000;

const MEDIAN = 'p50 ms';
const TAIL = 'p99 ms';

const ONE = 'Nest Herald, one server';
const TWO = 'Nest Herald, published on another server, hints over';
const POLLER = 'a poller with an interval of 100 ms';
const NOTIFY = 'NOTIFY in the transaction of the publisher';

/** One path from a commit to the wire. */
interface Variant {
  readonly name: string;
  readonly server: string;
  /** A second server process publishes and runs the sequencer. */
  readonly isFromAnotherServer: boolean;
  readonly hasTarget: boolean;
}

const PLAN = { to: 'in-turn', users: USERS, perSecond: PER_SECOND } as const;

/** 1,000 events per second, each to one of 1,000 users, from the publisher's commit to the client. */
export const commitToWire: Scenario = {
  name: 'commit-to-wire',
  title: 'Commit to wire: 1,000 events/s to 1,000 people over PostgreSQL, ms',
  measure: (context) =>
    withBrokers(context, (backplanes) =>
      withDatabase(async (database) => {
        const book = new FigureBook();
        const variants: readonly Variant[] = [
          { name: ONE, server: 'herald-postgres', isFromAnotherServer: false, hasTarget: true },
          ...backplanes.map((backplane) => ({
            name: `${TWO} ${backplane}`,
            server: `herald-${backplane}`,
            isFromAnotherServer: true,
            hasTarget: true,
          })),
          { name: POLLER, server: 'poller', isFromAnotherServer: false, hasTarget: false },
          { name: NOTIFY, server: 'notify-in-transaction', isFromAnotherServer: false, hasTarget: false },
        ];
        const byName = new Map(variants.map((variant) => [variant.name, variant]));
        await interleave(context, [...byName.keys()], (name) =>
          measureVariant(context, byName.get(name)!, database, book),
        );
        const rows = variants.flatMap(({ name, hasTarget }) =>
          hasTarget
            ? [
                { what: name, condition: MEDIAN, of: name, target: TARGETS.commitToWireMs.p50 },
                { what: name, condition: TAIL, of: name, target: TARGETS.commitToWireMs.p99 },
              ]
            : [],
        );
        return { figures: book.figures(), ratios: compare(book, rows) };
      }),
    ),
};

function measureVariant(context: BenchContext, variant: Variant, database: string, book: FigureBook): Promise<void> {
  const { name, server, isFromAnotherServer } = variant;
  return withSession(
    context,
    server,
    [],
    async (session) => {
      await session.connect(USERS);
      const measure = isFromAnotherServer
        ? await withPublisher(context.pinning.load, server, database, (publisher) =>
            fromAnotherServer(session, publisher),
          )
        : await fromSameServer(session);
      book.add(name, MEDIAN, measure.p50Ms);
      book.add(name, TAIL, measure.p99Ms);
      context.progress(`commit-to-wire: ${name}: p50 ${measure.p50Ms.toFixed(1)}, p99 ${measure.p99Ms.toFixed(1)} ms`);
    },
    database,
  );
}

/** Starts Redis and NATS for `use` if they are installed. The processes under test find them in the environment. */
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

async function fromSameServer(session: Session) {
  await session.pace({ ...PLAN, events: USERS });
  return session.pace({ ...PLAN, events: EVENTS });
}

/** Publishes and sequences on one server while all users are connected to another. */
async function fromAnotherServer(session: Session, publisher: BenchProcess<ServerRequests>) {
  const pace = async (events: number): ReturnType<BenchProcess<LoadRequests>['request']> => {
    await session.load.request('record', { eventsEach: events / USERS });
    const { publishedAt } = await publisher.request('pace', { ...PLAN, events });
    return session.load.request('latencies', { publishedAt, order: PLAN.to });
  };
  await pace(USERS);
  return (await pace(EVENTS)) as Awaited<ReturnType<Session['pace']>>;
}

async function withPublisher<T>(
  command: readonly string[],
  server: string,
  database: string,
  use: (publisher: BenchProcess<ServerRequests>) => Promise<T>,
): Promise<T> {
  const publisher = BenchProcess.start<ServerRequests>(SERVER_SCRIPT, 'publisher', { command, nodeArguments: [] });
  try {
    await publisher.request('listen', { server, database });
    return await use(publisher);
  } finally {
    await publisher.stop();
  }
}
