import { sseSchemas } from '@nest-herald/sse';
import { z } from 'zod';
import type { Operation, Parameter } from './description/operation.js';
import { revocationAnswer, swapAnswer, topicsAnswer } from './sse-answers.js';

const CONNECTION: Parameter = {
  name: 'connectionId',
  in: 'path',
  description: "`connectionId` of the stream's `connected` event; somebody else's is as unknown as any other.",
  schema: z.string(),
  example: 'n1.5Vn0cQ2kZ3nW4bH5jL6fDQ',
};
const NODE = ['404 not_found', '503 busy', '504 node_unreachable'];

/** What is done with streams that are open, on whichever node, and with tokens before their end. */
export const sseControlOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/sse/connections/{connectionId}/token',
    id: 'sse.swapToken',
    summary: 'Go on with a new token',
    description:
      'The token of this request replaces that of the open stream: keys and topics are recomputed, what is no longer allowed is dropped, nothing is lost or doubled. Same tenant and user, else 403.',
    access: 'token',
    parameters: [CONNECTION],
    answers: {
      200: {
        description: 'What the stream follows now, and until when.',
        schema: swapAnswer,
        example: { expiresAt: '2026-11-21T16:00:00.000Z', topics: ['doc:invoice:INV-9'], denied: [] },
      },
    },
    refusals: ['403 forbidden', ...NODE],
  },
  {
    method: 'put',
    path: '/api/v1/sse/connections/{connectionId}/topics',
    id: 'sse.changeTopics',
    summary: 'Follow other topics on an open stream',
    description: 'Replaces what the stream follows, without a reconnect; a refusal changes nothing.',
    access: 'token',
    parameters: [CONNECTION],
    body: { schema: sseSchemas.topics, example: { topics: ['doc:invoice:INV-9'] } },
    answers: {
      200: {
        description: 'What the stream follows now.',
        schema: topicsAnswer,
        example: { topics: ['doc:invoice:INV-9'], denied: [] },
      },
    },
    refusals: ['400 invalid_topic', '400 too_many_topics', '403 topic_forbidden', ...NODE],
  },
  {
    method: 'delete',
    path: '/api/v1/sse/connections/{connectionId}',
    id: 'sse.closeConnection',
    summary: 'End an open stream',
    description:
      "One's own, or with `sse:admin` anybody's of the tenant. It gets `close` and does not come back by itself.",
    access: 'token',
    parameters: [CONNECTION],
    answers: { 204: { description: 'It is being closed.' } },
    refusals: NODE,
  },
  {
    method: 'post',
    path: '/api/v1/sse/revocations',
    id: 'sse.revoke',
    summary: 'Refuse tokens before their end',
    description:
      'Of a person, a login session, one token, or everybody of the tenant: exactly one. Open streams are closed on every node within a second, and no event that is committed later reaches them. Tokens of a person or tenant that are issued from the next second on are good.',
    access: { permission: 'sse:admin' },
    body: { schema: sseSchemas.revocation, example: { sid: '0b9c6f8e-7f0e-4a9c-9a51-9b8f4d8d0f7a' } },
    answers: {
      201: {
        description: 'It is stored.',
        schema: revocationAnswer,
        example: {
          sid: '0b9c6f8e-7f0e-4a9c-9a51-9b8f4d8d0f7a',
          notBefore: '2026-11-21T08:00:00.123Z',
          expiresAt: '2026-12-21T08:00:00.123Z',
        },
      },
    },
  },
];
