import { sseSchemas } from '@nest-herald/sse';
import { z } from 'zod';
import type { Operation, Parameter } from './description/operation.js';
import { revocationAnswer, tokenRefreshAnswer, topicsAnswer } from './sse-answers.js';

const CONNECTION: Parameter = {
  name: 'connectionId',
  in: 'path',
  description: "`connectionId` of the stream's `connected` event. The connection of another user is answered with 404.",
  schema: z.string(),
  example: 'n1.5Vn0cQ2kZ3nW4bH5jL6fDQ',
};
const SERVER_REFUSALS = ['404 not_found', '503 busy', '504 node_unreachable'];

/** Operations on open streams of any server, and the revocation of tokens. */
export const sseControlOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/sse/connections/{connectionId}/token',
    id: 'sse.swapToken',
    summary: 'Replace the token of an open stream',
    description:
      'The token of this request replaces the token of the open stream. Audience keys and topics are computed again, and those that are no longer allowed are removed. No event is lost or repeated. The new token must have the same tenant and user, else the answer is 403.',
    access: 'token',
    parameters: [CONNECTION],
    answers: {
      200: {
        description: 'The topics of the stream, and when its token expires.',
        schema: tokenRefreshAnswer,
        example: { expiresAt: '2026-11-21T16:00:00.000Z', topics: ['doc:invoice:INV-9'], denied: [] },
      },
    },
    refusals: ['403 forbidden', ...SERVER_REFUSALS],
  },
  {
    method: 'put',
    path: '/api/v1/sse/connections/{connectionId}/topics',
    id: 'sse.changeTopics',
    summary: 'Change the topics of an open stream',
    description: 'Replaces the topics of the stream without a reconnect. A refusal changes nothing.',
    access: 'token',
    parameters: [CONNECTION],
    body: { schema: sseSchemas.topics, example: { topics: ['doc:invoice:INV-9'] } },
    answers: {
      200: {
        description: 'The topics of the stream.',
        schema: topicsAnswer,
        example: { topics: ['doc:invoice:INV-9'], denied: [] },
      },
    },
    refusals: ['400 invalid_topic', '400 too_many_topics', '403 topic_forbidden', ...SERVER_REFUSALS],
  },
  {
    method: 'delete',
    path: '/api/v1/sse/connections/{connectionId}',
    id: 'sse.closeConnection',
    summary: 'Close an open stream',
    description:
      'Your own, or with `sse:admin` any stream of the tenant. The stream receives `close`, and its client does not reconnect by itself.',
    access: 'token',
    parameters: [CONNECTION],
    answers: { 204: { description: 'The stream is being closed.' } },
    refusals: SERVER_REFUSALS,
  },
  {
    method: 'post',
    path: '/api/v1/sse/revocations',
    id: 'sse.revoke',
    summary: 'Revoke tokens before they expire',
    description:
      'Revokes exactly one of: the tokens of a user, of a login session, one token, or all tokens of the tenant. Open streams are closed on every server within a second, and they receive no event that is committed after the revocation. Tokens of a user or tenant that are issued from the next second on are valid.',
    access: { permission: 'sse:admin' },
    body: { schema: sseSchemas.revocation, example: { sid: '0b9c6f8e-7f0e-4a9c-9a51-9b8f4d8d0f7a' } },
    answers: {
      201: {
        description: 'The revocation is stored.',
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
