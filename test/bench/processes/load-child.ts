import type { Arrivals } from '../load/arrivals.js';
import { churn } from '../load/churn.js';
import { LoadClient } from '../load/load-client.js';
import { comeBack, stall } from '../load/reconnect-all.js';
import type { LoadQuestions } from './messages.js';
import { answerQuestions } from './bench-process.js';

/** The process that holds all client connections and counts what they get. */

const client = new LoadClient();
let arrivals: Arrivals | undefined;
let left = { streams: 0, position: '' };

answerQuestions<LoadQuestions>({
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
    if (!arrivals) throw new Error('Ask "record" first.');
    return arrivals.compare(publishedAt, order);
  },
  leave() {
    left = { streams: client.streams, position: client.lastPosition };
    client.leave();
    return {};
  },
  comeBack: ({ target, missed }) => comeBack(target, left.streams, left.position, missed),
  churn,
  async stall({ target, from, count }) {
    await stall(target, from, count);
    return {};
  },
});
