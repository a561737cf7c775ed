import { revocationRequestSchema, topicsRequestSchema } from './control-bodies.js';
import { sendRequestSchema } from './send-request.js';

/** The bodies of the operations as zod schemas, for the OpenAPI document of a host. */
export const sseSchemas = Object.freeze({
  /** `POST /send` */
  send: sendRequestSchema,
  /** `PUT /connections/:connectionId/topics` */
  topics: topicsRequestSchema,
  /** `POST /revocations` */
  revocation: revocationRequestSchema,
});
