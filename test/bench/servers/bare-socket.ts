import { benchUser } from '../load/access-token.js';
import { BARE_PATH, listenBare } from './bare-streams.js';
import { END_OF_HEAD, type BenchServer } from './bench-server.js';
import { asChunk, eventFrame } from './event-frame.js';

/** Reference A, the practical limit of Node: one prepared chunk per event, written to each socket without `node:http`. */
export async function startBareSocket(): Promise<BenchServer> {
  const { port, responses, byUser, close } = await listenBare();
  return {
    port,
    path: BARE_PATH,
    readyMarker: END_OF_HEAD,
    close,
    publishToAll(event) {
      const chunk = asChunk(eventFrame(event));
      for (const response of responses) response.socket?.write(chunk);
    },
    publishToUser(user, event) {
      byUser.get(benchUser(user))?.socket?.write(asChunk(eventFrame(event)));
    },
  };
}
