import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS = ['herald'] as const;

/** Events that every stream has missed. */
const MISSED = 20;

/** Time between the end of all streams and their reconnect, in which the server notices the end. */
const AWAY_MS = 2_000;

const LIVE = 's until all are live';
const CAUGHT_UP = 's until all have what they missed';
const FROM_RING = '% of the replay from the ring';
const LOOP = 'ms event loop, p99';

/** All streams reconnect at once after missing events, as when a proxy restarts. */
export const storm: Scenario = {
  name: 'storm',
  title: 'Storm: all streams reconnect at once with a cursor and 20 missed events',
  async measure(context) {
    const { many } = context.options;
    const book = new FigureBook();
    await interleave(context, SERVERS, (server, repetition) =>
      withSession(context, server, [], async (session) => {
        const { server: process, load, target } = session;
        await session.connect(many);
        await load.request('leave', {});
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        await process.request('publish', { events: MISSED });
        const { events: readBefore } = await process.request('logReads', {});
        await process.request('loopDelay', {});
        const { liveMs, caughtUpMs, replayed } = await load.request('reconnectAll', { target, missed: MISSED });
        const { p99Ms } = await process.request('loopDelay', {});
        const { events } = await process.request('logReads', {});
        book.add(server, LIVE, liveMs / 1_000);
        book.add(server, CAUGHT_UP, caughtUpMs / 1_000);
        book.add(server, FROM_RING, 100 * (1 - (events - readBefore) / replayed));
        book.add(server, LOOP, p99Ms);
        context.progress(
          `storm ${repetition + 1}: ${many} live after ${(liveMs / 1_000).toFixed(1)} s, loop p99 ${p99Ms.toFixed(0)} ms`,
        );
      }),
    );
    const row = (
      condition: string,
      target?: (typeof TARGETS)['stormLiveSeconds'] | (typeof TARGETS)['stormFromRing'],
    ) => ({
      what: `${many.toLocaleString('en')} streams: ${condition}`,
      condition,
      of: 'herald',
      target,
    });
    const ratios = compare(book, [
      row(LIVE, TARGETS.stormLiveSeconds),
      row(CAUGHT_UP),
      row(FROM_RING, TARGETS.stormFromRing),
      row(LOOP, TARGETS.stormLoopMs),
    ]);
    return { figures: [], ratios };
  },
};
