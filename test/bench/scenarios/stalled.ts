import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS = ['herald'] as const;

/** People who read, beside those who do not. */
const HEALTHY = 100;

/** Enough to fill what the kernel and the queue of a stream take, over and over. */
const PER_SECOND = 400;

const MEMORY = 'MB above idle at most';
const TAIL = 'ms to the healthy, p99';

/** Streams that never read beside others that do: memory must stay bounded and the others must not notice. */
export const stalled: Scenario = {
  name: 'stalled',
  title: 'Streams that never read: resident memory above idle, and what the healthy ones notice',
  async measure(context) {
    const { stalled: count, stalledSeconds } = context.options;
    const book = new FigureBook();
    await interleave({ ...context, options: { ...context.options, repetitions: 1 } }, SERVERS, (server) =>
      withSession(context, server, ['--expose-gc'], async (session) => {
        await session.connect(HEALTHY);
        const idle = await session.usage(true);
        await session.load.ask('stall', { target: session.target, from: HEALTHY, count });
        let most = 0;
        const tails: number[] = [];
        for (let second = 0; second < stalledSeconds; second++) {
          const { p99Ms } = await session.pace({
            to: 'everyone',
            users: HEALTHY,
            perSecond: PER_SECOND,
            events: PER_SECOND,
          });
          tails.push(p99Ms);
          most = Math.max(most, (await session.usage(false)).rssBytes - idle.rssBytes);
        }
        tails.sort((a, b) => a - b);
        book.add(server, MEMORY, most / 2 ** 20);
        book.add(server, TAIL, tails[Math.floor(tails.length / 2)] ?? 0);
        context.progress(`stalled: ${(most / 2 ** 20).toFixed(0)} MB above idle`);
      }),
    );
    const what = `${count} never read for ${stalledSeconds} s`;
    const ratios = compare(book, [
      { what: `${what}: ${MEMORY}`, condition: MEMORY, of: 'herald', target: TARGETS.stalledMegabytes },
      { what: `${what}: ${TAIL}`, condition: TAIL, of: 'herald' },
    ]);
    return { figures: [], ratios };
  },
};
