import { z } from 'zod';
import type { Operation, Parameter } from './description/operation.js';
import { pollAnswer } from './sse-answers.js';

const query = (name: string, description: string, schema: z.ZodType): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

/** `GET /poll`. */
export const ssePollOperation: Operation = {
  method: 'get',
  path: '/api/v1/sse/poll',
  id: 'sse.poll',
  summary: 'Ask what came behind a position',
  description:
    'For clients and proxies that cannot hold a stream. Waits for the first event, at most `waitMs`; without `after` it answers at once, with the position to begin from. At most 200 events and 256 KiB of data an answer; go on from `position`, and nothing durable is missed or repeated. A `resync` belongs behind the events. Ephemeral events between two polls are lost.',
  access: 'token',
  parameters: [
    query('after', '`position` of the answer before. What cannot be honoured is answered by `resync`.', z.string()),
    query('topics', 'Topics to follow, separated by commas; `topic` may also be repeated.', z.string()),
    query('waitMs', 'The longest wait, 0 to 55,000 ms; 25,000 by default.', z.string()),
    query('device', 'Name of the device, shown to administrators; at most 64 characters.', z.string().max(64)),
  ],
  answers: {
    200: {
      description: 'What came, in order.',
      schema: pollAnswer,
      example: {
        events: [
          {
            id: 'k3f9a0zq.1042',
            event: 'notification.created',
            data: '{"id":"019a…","title":"Purchase order 4711 waits for you"}',
          },
          { event: 'notification.counts', data: '{"unread":1}' },
        ],
        position: 'k3f9a0zq.1042',
        resync: null,
      },
    },
  },
  refusals: [
    '400 invalid_topic',
    '400 too_many_topics',
    '400 token_in_url',
    '403 topic_forbidden',
    '403 origin_forbidden',
    '414 uri_too_long',
    '429 connection_limit',
    '429 rate_limited',
    '503 at_capacity',
    '503 busy',
    '503 draining',
  ],
};
