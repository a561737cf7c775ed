import { z } from 'zod';

/** The id of a row (a UUID) in a path, body or query, in lower case. */
export const idField = z.uuid().transform((text) => text.toLowerCase());
