import type { EntityManager } from 'typeorm';
import { priorityRank, type NotificationContent } from '../notification/notification.js';
import type { Addressees } from './targets.js';

/** Fan-out of a notification: `m` on write (a row for each person), `l` on read (by audience keys), `x` both. */
export type DeliveryMode = 'm' | 'l' | 'x';

/** Most rows that one statement writes. */
const ROWS_PER_STATEMENT = 1_000;

/** A stored notification. */
export interface StoredNotification {
  readonly id: string;
  readonly mode: DeliveryMode;
  /** Number of named people; null when an audience was addressed. */
  readonly recipients: number | null;
  readonly createdAt: Date;
  /** This is an earlier notification with the same `dedupeKey`, and nothing was written. */
  readonly deduplicated: boolean;
}

/** @returns the fan-out for these addressees. */
export function deliveryMode({ users, keys }: Addressees): DeliveryMode {
  if (keys.length === 0) return 'm';
  return users.length === 0 ? 'l' : 'x';
}

/**
 * Writes the row of a notification, unless its `dedupeKey` was used within 24 hours. A concurrent duplicate waits for the
 * commit of the first and then returns it.
 */
export async function insertNotification(
  manager: EntityManager,
  tenantId: string,
  notification: Omit<NotificationContent, 'createdAt'> & { readonly dedupeKey: string | null },
  addressees: Addressees,
): Promise<StoredNotification> {
  if (notification.dedupeKey !== null) {
    await manager.query(
      `update herald.ntf_message set dedupe_key = null
        where tenant_id = $1 and dedupe_key = $2 and created_at < now() - interval '24 hours'`,
      [tenantId, notification.dedupeKey],
    );
  }
  const mode = deliveryMode(addressees);
  const recipients = mode === 'm' ? addressees.users.length : null;
  const inserted: { created_at: Date }[] = await manager.query(
    `insert into herald.ntf_message (tenant_id, id, type, category, priority, title, content, link, data, actions, actor_id,
       related_type, related_id, delivery_mode, recipients, requires_ack, expires_at, dedupe_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (tenant_id, dedupe_key) where dedupe_key is not null do nothing returning created_at`,
    [
      tenantId,
      notification.id,
      notification.type,
      notification.category,
      priorityRank(notification.priority),
      notification.title,
      notification.content,
      notification.link,
      notification.data === null ? null : JSON.stringify(notification.data),
      JSON.stringify(notification.actions),
      notification.actorId,
      notification.relatedType,
      notification.relatedId,
      mode,
      recipients,
      notification.requiresAck,
      notification.expiresAt,
      notification.dedupeKey,
    ],
  );
  const [row] = inserted;
  if (row !== undefined)
    return { id: notification.id, mode, recipients, createdAt: row.created_at, deduplicated: false };
  const earlier: { id: string; delivery_mode: DeliveryMode; recipients: number | null; created_at: Date }[] =
    await manager.query(
      `select id, delivery_mode, recipients, created_at from herald.ntf_message where tenant_id = $1 and dedupe_key = $2`,
      [tenantId, notification.dedupeKey],
    );
  const [first] = earlier;
  if (first === undefined)
    throw new Error('The database refused a notification as a duplicate, but no earlier one exists.');
  return {
    id: first.id,
    mode: first.delivery_mode,
    recipients: first.recipients,
    createdAt: first.created_at,
    deduplicated: true,
  };
}

/** Writes a row for each named person and for each audience key. */
export async function insertAddressees(
  manager: EntityManager,
  tenantId: string,
  notification: Pick<NotificationContent, 'id' | 'category' | 'priority'>,
  { users, keys }: Addressees,
): Promise<void> {
  for (let start = 0; start < users.length; start += ROWS_PER_STATEMENT) {
    await manager.query(
      `insert into herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
       select $1, person, $2::uuid, $2::uuid, $3, $4 from unnest($5::text[]) as named(person)`,
      [
        tenantId,
        notification.id,
        notification.category,
        priorityRank(notification.priority),
        users.slice(start, start + ROWS_PER_STATEMENT),
      ],
    );
  }
  if (keys.length > 0) {
    await manager.query(
      `insert into herald.ntf_audience (tenant_id, key, message_id) select $1, key, $2 from unnest($3::text[]) as addressed(key)`,
      [tenantId, notification.id, keys],
    );
  }
}

/**
 * Removes a notification from every inbox with one row.
 * @returns the former recipients: none when it was revoked before, null when the tenant has no such notification.
 */
export async function revokeNotification(
  manager: EntityManager,
  tenantId: string,
  id: string,
  by: string | null,
): Promise<Addressees | null> {
  const [, changed]: [unknown[], number] = await manager.query(
    `update herald.ntf_message set revoked_at = clock_timestamp(), revoked_by = $3
      where tenant_id = $1 and id = $2 and revoked_at is null`,
    [tenantId, id, by],
  );
  if (changed === 0) {
    const known: unknown[] = await manager.query(`select from herald.ntf_message where tenant_id = $1 and id = $2`, [
      tenantId,
      id,
    ]);
    return known.length === 0 ? null : { users: [], keys: [] };
  }
  const keys: { key: string }[] = await manager.query(
    `select key from herald.ntf_audience where tenant_id = $1 and message_id = $2 order by key`,
    [tenantId, id],
  );
  const users: { user_id: string }[] = await manager.query(
    `select user_id from herald.ntf_item
      where tenant_id = $1 and message_id = $2 and not by_audience and deleted_at is null order by user_id`,
    [tenantId, id],
  );
  return { users: users.map((row) => row.user_id), keys: keys.map((row) => row.key) };
}
