import { FigureBook } from '../report/figure.js';
import { compare, type Comparison } from '../report/ratio.js';
import type { ServerName } from '../servers/server-registry.js';
import { TARGETS } from '../targets.js';
import type { BenchContext, Scenario } from './scenario.js';
import { interleave, withSession, type Session } from './session.js';

const SERVERS: readonly ServerName[] = ['bare-socket', 'bare-response', 'bare-joined', 'nest-default', 'herald'];

/** One event in flight, and a burst within one turn of the event loop. */
const WINDOWS = [1, 32] as const;

/** One event to all connections: the cost of a delivery without coalescing (w1) and in bursts (w32). */
export const fanOut: Scenario = {
  name: 'fan-out',
  title: 'Fan-out: CPU of the server per delivered event, µs',
  async measure(context) {
    const { connections } = context.options;
    const book = new FigureBook();
    await interleave(context, SERVERS, (server, repetition) =>
      withSession(context, server, [], async (session) => {
        for (const users of connections) {
          await session.connect(users);
          for (const window of WINDOWS) {
            const micros = await microsPerDelivery(context, session, users, window);
            book.add(server, conditionOf(users, window), micros);
            context.progress(
              `fan-out ${repetition + 1}: ${server}, ${conditionOf(users, window)}: ${micros.toFixed(2)} µs`,
            );
          }
        }
      }),
    );
    return { figures: book.figures(), ratios: compare(book, connections.flatMap(comparisons)) };
  },
};

async function microsPerDelivery(context: BenchContext, session: Session, users: number, window: number) {
  const plan = { to: 'everyone', eventsPerRound: window, users, minRounds: window === 1 ? 5 : 1 } as const;
  await session.run({ ...plan, minMs: context.options.minMs / 3 });
  const { cpuMicros, events } = await session.run({ ...plan, minMs: context.options.minMs });
  return cpuMicros / (events * users);
}

function conditionOf(users: number, window: number): string {
  return `${users.toLocaleString('en')} w${window}`;
}

function comparisons(users: number): Comparison[] {
  const [single, burst] = [conditionOf(users, 1), conditionOf(users, 32)];
  return [
    {
      what: 'fan-out ÷ bare socket write',
      condition: single,
      of: 'herald',
      by: 'bare-socket',
      target: TARGETS.fanOutByBareSocket(users),
    },
    {
      what: 'fan-out ÷ bare res.write',
      condition: single,
      of: 'herald',
      by: 'bare-response',
      target: TARGETS.fanOutByBareResponse(users),
    },
    {
      what: 'Nest default ÷ fan-out',
      condition: single,
      of: 'nest-default',
      by: 'herald',
      target: TARGETS.nestDefaultByFanOut(users),
    },
    {
      what: 'bare res.write ÷ fan-out in bursts',
      condition: burst,
      of: 'bare-response',
      by: 'herald',
      target: TARGETS.bareResponseByBurst(users),
    },
    { what: 'fan-out in bursts ÷ bare, joined', condition: burst, of: 'herald', by: 'bare-joined' },
  ];
}
