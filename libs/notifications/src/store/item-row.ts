import { priorityOf, type NotificationAction, type NotificationItem } from '../notification/notification.js';
import type { VisibleRow } from './visible.js';

/** @returns the item that a row of `visible` describes. */
export function itemOf(row: VisibleRow): NotificationItem {
  return {
    id: row.id,
    type: row.type,
    category: row.category,
    priority: priorityOf(row.priority),
    title: row.title,
    content: row.content,
    link: row.link,
    data: row.data,
    actions: row.actions as readonly NotificationAction[],
    actorId: row.actor_id,
    relatedType: row.related_type,
    relatedId: row.related_id,
    audience: row.audience,
    requiresAck: row.requires_ack,
    isRead: row.read_at !== null,
    seenAt: timeOf(row.seen_at),
    readAt: timeOf(row.read_at),
    archivedAt: timeOf(row.archived_at),
    snoozedUntil: timeOf(row.snoozed_until),
    ackedAt: timeOf(row.acked_at),
    collapseCount: row.collapse_count,
    createdAt: row.created_at.toISOString(),
    expiresAt: timeOf(row.expires_at),
    revision: row.revision,
  };
}

function timeOf(value: Date | null): string | null {
  return value === null ? null : value.toISOString();
}
