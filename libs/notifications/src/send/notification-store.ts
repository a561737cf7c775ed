import type { EntityManager } from 'typeorm';
import { priorityRank, type NotificationContent } from '../notification/notification.js';
import type { Addressees } from './targets.js';

/** How a notification reaches people: `m` a row for each, `l` by audience keys, `x` both. */
export type DeliveryMode = 'm' | 'l' | 'x';

/** People whose rows one statement writes. */
const ROWS_PER_STATEMENT = 1_000;

/** A message as the sender finds it again. */
export interface StoredNotification {
  readonly id: string;
  readonly mode: DeliveryMode;
  /** People named; null when an audience was addressed. */
  readonly recipients: number | null;
  readonly createdAt: Date;
  /** An earlier one with the same `dedupeKey`: nothing was written. */
  readonly deduplicated: boolean;
}

/** @returns how these addressees are reached. */
export function deliveryMode({ users, keys }: Addressees): DeliveryMode {
  if (keys.length === 0) return 'm';
  return users.length === 0 ? 'l' : 'x';
}

/**
 * Writes the one row of a message, unless its `dedupeKey` was used within 24 hours: a twin that sends at the same time
 * waits for the first to commit and then finds it.
 */
export async function insertNotification(
  manager: EntityManager,
  tenantId: string,
  message: Omit<NotificationContent, 'createdAt'> & { readonly dedupeKey: string | null },
  addressees: Addressees,
): Promise<StoredNotification> {
  if (message.dedupeKey !== null) {
    await manager.query(
      `update herald.ntf_message set dedupe_key = null
        where tenant_id = $1 and dedupe_key = $2 and created_at < now() - interval '24 hours'`,
      [tenantId, message.dedupeKey],
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
      message.id,
      message.type,
      message.category,
      priorityRank(message.priority),
      message.title,
      message.content,
      message.link,
      message.data === null ? null : JSON.stringify(message.data),
      JSON.stringify(message.actions),
      message.actorId,
      message.relatedType,
      message.relatedId,
      mode,
      recipients,
      message.requiresAck,
      message.expiresAt,
      message.dedupeKey,
    ],
  );
  const [row] = inserted;
  if (row !== undefined) return { id: message.id, mode, recipients, createdAt: row.created_at, deduplicated: false };
  const earlier: { id: string; delivery_mode: DeliveryMode; recipients: number | null; created_at: Date }[] =
    await manager.query(
      `select id, delivery_mode, recipients, created_at from herald.ntf_message where tenant_id = $1 and dedupe_key = $2`,
      [tenantId, message.dedupeKey],
    );
  const [first] = earlier;
  if (first === undefined) throw new Error('A message was refused as a duplicate of one that cannot be found.');
  return {
    id: first.id,
    mode: first.delivery_mode,
    recipients: first.recipients,
    createdAt: first.created_at,
    deduplicated: true,
  };
}

/** Writes whom a message is for: a row for each person named, one for each audience key. */
export async function insertAddressees(
  manager: EntityManager,
  tenantId: string,
  message: Pick<NotificationContent, 'id' | 'category' | 'priority'>,
  { users, keys }: Addressees,
): Promise<void> {
  for (let start = 0; start < users.length; start += ROWS_PER_STATEMENT) {
    await manager.query(
      `insert into herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
       select $1, person, $2::uuid, $2::uuid, $3, $4 from unnest($5::text[]) as named(person)`,
      [
        tenantId,
        message.id,
        message.category,
        priorityRank(message.priority),
        users.slice(start, start + ROWS_PER_STATEMENT),
      ],
    );
  }
  if (keys.length > 0) {
    await manager.query(
      `insert into herald.ntf_audience (tenant_id, key, message_id) select $1, key, $2 from unnest($3::text[]) as addressed(key)`,
      [tenantId, message.id, keys],
    );
  }
}

/**
 * Takes a message out of every inbox at once: one row, whoever has it.
 * @returns whom it had reached, or null when the tenant has no such message; nobody when it was taken back before.
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
