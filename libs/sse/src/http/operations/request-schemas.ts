import { revocationRequestSchema, topicsRequestSchema } from './control-bodies.js';
import { sendRequestSchema } from './send-request.js';

/** The bodies of the operations as zod schemas, for the OpenAPI document of a host. */
export const SSE_REQUEST_SCHEMAS = {
  /** `POST /send` */
  send: sendRequestSchema,
  /** `PUT /connections/:connectionId/topics` */
  topics: topicsRequestSchema,
  /** `POST /revocations` */
  revocation: revocationRequestSchema,
} as const;
