import { LoadClient } from '../load/load-client.js';
import type { LoadQuestions } from './messages.js';
import { answerQuestions } from './question-channel.js';

/** The process that holds all client connections and counts what they get. */

const client = new LoadClient();

answerQuestions<LoadQuestions>({
  connect: async ({ target, total }) => ({ connected: await client.connect(target, total) }),
  expect({ deliveriesPerRound }) {
    client.expect(deliveriesPerRound);
    return {};
  },
  counts: () => client.counts(),
});
