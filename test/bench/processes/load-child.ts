import type { Arrivals } from '../load/arrivals.js';
import { churn } from '../load/churn.js';
import { LoadClient } from '../load/load-client.js';
import { reconnectAll, stall } from '../load/reconnect-all.js';
import type { LoadRequests } from './messages.js';
import { serveRequests } from './bench-process.js';

/** The process that holds all client connections and counts their events. */

const client = new LoadClient();
let arrivals: Arrivals | undefined;
let lastState = { streams: 0, position: '' };

serveRequests<LoadRequests>({
  connect: async ({ target, total }) => ({ connected: await client.connect(target, total) }),
  expect({ deliveriesPerRound }) {
    client.expect(deliveriesPerRound);
    return {};
  },
  counts: () => client.counts(),
  record({ eventsEach }) {
    arrivals = client.record(eventsEach);
    return {};
  },
  latencies({ publishedAt, order }) {
    if (!arrivals) throw new Error('Nothing was recorded. Request "record" first.');
    return arrivals.compare(publishedAt, order);
  },
  leave() {
    lastState = { streams: client.streams, position: client.lastPosition };
    client.leave();
    return {};
  },
  reconnectAll: ({ target, missed }) => reconnectAll(target, lastState.streams, lastState.position, missed),
  churn,
  async stall({ target, from, count }) {
    await stall(target, from, count);
    return {};
  },
});
