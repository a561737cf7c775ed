import { z } from 'zod';
import { unknown } from '../application/approval.errors.js';

const id = z.uuid().transform((text) => text.toLowerCase());

/** An id in a path; a text that is none is unknown like any other. @throws ApprovalRefusal 404. */
export function knownId(text: string, what: Parameters<typeof unknown>[0]): string {
  const parsed = id.safeParse(text);
  if (!parsed.success) throw unknown(what);
  return parsed.data;
}

/** An id in a body or query, in lower case. */
export const idField = id;
