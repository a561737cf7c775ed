import * as answers from './answers.js';
import { bulkSchema } from './bulk.js';
import { readAllSchema, readManySchema, snoozeSchema, undoSchema } from './inbox-requests.js';
import { listQuerySchema } from './list-query.js';
import { sendSchema } from './send-input.js';

/** The zod schemas of the bodies, queries and answers of the API, for an OpenAPI document. */
export const notificationSchemas = Object.freeze({
  send: sendSchema,
  sent: answers.sentSchema,
  listQuery: listQuerySchema,
  page: answers.pageSchema,
  item: answers.itemSchema,
  counts: answers.countsSchema,
  count: answers.countSchema,
  readMany: readManySchema,
  bulk: bulkSchema,
  snooze: snoozeSchema,
  readAll: readAllSchema,
  readAllAnswer: answers.readAllAnswerSchema,
  undo: undoSchema,
  revision: answers.revSchema,
});
