import { benchUser } from '../load/access-token.js';
import { BARE_PATH, listenBare } from './bare-streams.js';
import { END_OF_HEAD, type BenchServer } from './bench-server.js';
import { asChunk, eventFrame } from './event-frame.js';

/** Reference B2, the limit for bursts: all events of one turn of the event loop become one chunk and one write per socket. */
export async function startBareJoined(): Promise<BenchServer> {
  const { port, responses, byUser, close } = await listenBare();
  let waiting: Buffer[] = [];
  const flush = (): void => {
    const chunk = asChunk(Buffer.concat(waiting));
    waiting = [];
    for (const response of responses) response.socket?.write(chunk);
  };
  return {
    port,
    path: BARE_PATH,
    readyMarker: END_OF_HEAD,
    close,
    publishToAll(event) {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(eventFrame(event));
    },
    publishToUser(user, event) {
      byUser.get(benchUser(user))?.socket?.write(asChunk(eventFrame(event)));
    },
  };
}
