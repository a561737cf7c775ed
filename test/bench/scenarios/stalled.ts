import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS = ['herald'] as const;

/** Streams that read, beside those that do not. */
const READING = 100;

/** Enough to fill the kernel's buffers and the queue of a stream many times. */
const PER_SECOND = 400;

const MEMORY = 'MB above idle, maximum';
const TAIL = 'ms to the reading streams, p99';

/** Streams that never read beside others that do: memory must stay bounded, and the others must not be affected. */
export const stalled: Scenario = {
  name: 'stalled',
  title: 'Streams that never read: resident memory above idle, and the latency of the other streams',
  async measure(context) {
    const { stalled: count, stalledSeconds } = context.options;
    const book = new FigureBook();
    await interleave({ ...context, options: { ...context.options, repetitions: 1 } }, SERVERS, (server) =>
      withSession(context, server, ['--expose-gc'], async (session) => {
        await session.connect(READING);
        const idle = await session.usage(true);
        await session.load.request('stall', { target: session.target, from: READING, count });
        let most = 0;
        const tails: number[] = [];
        for (let second = 0; second < stalledSeconds; second++) {
          const { p99Ms } = await session.pace({
            to: 'everyone',
            users: READING,
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
