import { FigureBook } from '../report/figure.js';
import { compare } from '../report/ratio.js';
import type { ServerName } from '../servers/server-registry.js';
import { TARGETS } from '../targets.js';
import type { Scenario } from './scenario.js';
import { interleave, withSession } from './session.js';

const SERVERS: readonly ServerName[] = ['bare-socket', 'nest-default', 'herald'];

/**
 * Opened first and left out of the figures, so that code is compiled and pools have their size. A Nest server needs 2,500
 * streams for that. With 500, as up to 2026-11-21, compiling was 60 of the 400 µs of each of 10,000 streams.
 */
const WARM_UP = 3_000;

/** Pause after the last stream is live, so that deferred work is done. */
const SETTLE_MS = 1_000;

const MEMORY = 'KB per idle connection';
const ACCEPTING = 'µs per accepted connection';

/** Opening and holding streams: resident memory of an idle stream, CPU of accepting one (token and admission included). */
export const connections: Scenario = {
  name: 'connections',
  title: 'Connections: resident memory of the process after a collection, CPU of accepting',
  async measure(context) {
    const most = Math.max(...context.options.connections);
    const book = new FigureBook();
    await interleave(context, SERVERS, (server, repetition) =>
      withSession(context, server, ['--expose-gc'], async (session) => {
        await session.connect(WARM_UP);
        const before = await session.usage(true);
        await session.connect(WARM_UP + most);
        const opened = await session.usage(false);
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        const idle = await session.usage(true);
        const kilobytes = (idle.rssBytes - before.rssBytes) / 1024 / most;
        const micros = (opened.cpuMicros - before.cpuMicros) / most;
        book.add(server, MEMORY, kilobytes);
        book.add(server, ACCEPTING, micros);
        context.progress(
          `connections ${repetition + 1}: ${server}: ${kilobytes.toFixed(1)} KB, ${micros.toFixed(0)} µs each`,
        );
      }),
    );
    const ratios = compare(book, [
      { what: MEMORY, condition: MEMORY, of: 'herald', target: TARGETS.idleConnectionKilobytes },
      { what: ACCEPTING, condition: ACCEPTING, of: 'herald', target: TARGETS.acceptedConnectionMicros },
    ]);
    return { figures: book.figures(), ratios };
  },
};
