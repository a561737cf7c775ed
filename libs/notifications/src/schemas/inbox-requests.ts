import { idField } from '@nest-herald/platform/http';
import { z } from 'zod';
import { unknownNotification } from '../errors/notification.errors.js';
import { categoryName } from './send-input.js';

/** Most ids that one `PUT /read` may name. */
const MAX_IDS = 500;

/** The latest moment to which a notification may be snoozed, counted from now. */
const MAX_SNOOZE_MS = 365 * 86_400_000;

/**
 * The id in a path. A text that is not an id is answered like an unknown id.
 * @throws NotificationRefusal 404.
 */
export function knownId(text: string): string {
  const parsed = idField.safeParse(text);
  if (!parsed.success) throw unknownNotification();
  return parsed.data;
}

/** Body of `PUT /read`. */
export const readManySchema = z
  .strictObject({ ids: z.array(idField).min(1).max(MAX_IDS) })
  .meta({ id: 'ReadNotifications' });

/** Body of `POST /:id/snooze`. */
export const snoozeSchema = z
  .strictObject({ until: z.iso.datetime({ offset: true }).transform((text) => new Date(text)) })
  .meta({ id: 'SnoozeNotification' });

/** @returns why a notification cannot be snoozed until then; null when it can. */
export function snoozeFault(until: Date, now: Date): string | null {
  const ahead = until.getTime() - now.getTime();
  return ahead > 0 && ahead <= MAX_SNOOZE_MS ? null : 'must lie in the future, at most a year ahead';
}

/** Body of `POST /read-all`. Without a body the whole inbox is marked. */
export const readAllSchema = z
  .strictObject({ category: categoryName.optional() })
  .default({})
  .meta({ id: 'ReadAllNotifications' });

/** Body of `POST /undo`. */
export const undoSchema = z.strictObject({ undoToken: z.string().min(1).max(100) }).meta({ id: 'UndoReadAll' });

/** Body of operations that need none. */
export const emptySchema = z.strictObject({}).optional();
