import { idField } from '@nest-herald/platform/http';
import { notFound } from '../application/approval.errors.js';

/** Reads an id from a path. A malformed id is as unknown as any other. @throws ApprovalRefusal 404 */
export function knownId(text: string, what: Parameters<typeof notFound>[0]): string {
  const parsed = idField.safeParse(text);
  if (!parsed.success) throw notFound(what);
  return parsed.data;
}
