import { benchUser } from '../load/access-token.js';
import { BARE_PATH, listenBare } from './bare-streams.js';
import { END_OF_HEAD, type BenchServer } from './bench-server.js';
import { eventFrame } from './event-frame.js';

/** Reference B, a careful hand-written application: `res.write` of one shared buffer per event. */
export async function startBareResponse(): Promise<BenchServer> {
  const { port, responses, byUser, close } = await listenBare();
  return {
    port,
    path: BARE_PATH,
    readyMarker: END_OF_HEAD,
    close,
    publishToAll(event) {
      const frame = eventFrame(event);
      for (const response of responses) response.write(frame);
    },
    publishToUser(user, event) {
      byUser.get(benchUser(user))?.write(eventFrame(event));
    },
  };
}
