import { z } from 'zod';
import type { Operation, Parameter } from './description/operation.js';
import { pollAnswer } from './sse-answers.js';

const query = (name: string, description: string, schema: z.ZodType): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

/** Long polls. */
export const ssePollOperation: Operation = {
  method: 'get',
  path: '/api/v1/sse/poll',
  id: 'sse.poll',
  summary: 'Get the events after a position',
  description:
    'For clients and proxies that cannot keep a stream open. The request waits for the first event, at most `waitMs`. Without `after` it answers at once with the position to start from. An answer has at most 200 events and 256 KiB of data. Continue from `position`, and no durable event is missed or repeated. Apply a `resync` after the events of its answer. Ephemeral events between two polls are lost.',
  access: 'token',
  parameters: [
    query(
      'after',
      '`position` of the previous answer. A position that cannot be used is answered with `resync`.',
      z.string(),
    ),
    query('topics', 'Topics to follow, separated by commas; `topic` may also be repeated.', z.string()),
    query('waitMs', 'The longest wait, 0 to 55,000 ms; 25,000 by default.', z.string()),
    query('device', 'Name of the device, shown to administrators; at most 64 characters.', z.string().max(64)),
  ],
  answers: {
    200: {
      description: 'The events, in order.',
      schema: pollAnswer,
      example: {
        events: [
          {
            id: 'k3f9a0zq.1042',
            event: 'notification.created',
            data: '{"id":"019a…","title":"Purchase order 4711 is waiting for your approval"}',
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
