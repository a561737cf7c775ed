import type { ApiClient } from './api-client.js';
import type { Counts, InboxFilter, NewNotification, NotificationItem, Page, SentNotification } from './notification.js';

/** Changes of one item whose response is the item. */
export type ItemOperation = 'read' | 'unread' | 'seen' | 'archive' | 'unarchive' | 'unsnooze' | 'ack';

const BASE = 'api/v1/notifications';

/** The notification routes that the pages use. */
export class NotificationsApi {
  constructor(private readonly client: ApiClient) {}

  list(filter: InboxFilter, limit: number, cursor?: string): Promise<Page<NotificationItem>> {
    return this.client.request('GET', BASE, { query: { ...filter, limit, cursor } });
  }

  get(id: string): Promise<NotificationItem> {
    return this.client.request('GET', `${BASE}/${encodeURIComponent(id)}`);
  }

  counts(): Promise<Counts> {
    return this.client.request('GET', `${BASE}/counts`);
  }

  change(id: string, operation: ItemOperation): Promise<NotificationItem> {
    return this.client.request('POST', `${BASE}/${encodeURIComponent(id)}/${operation}`);
  }

  snooze(id: string, until: Date): Promise<NotificationItem> {
    return this.client.request('POST', `${BASE}/${encodeURIComponent(id)}/snooze`, {
      body: { until: until.toISOString() },
    });
  }

  remove(id: string): Promise<void> {
    return this.client.request('DELETE', `${BASE}/${encodeURIComponent(id)}`);
  }

  readAll(category: string): Promise<{ readonly undoToken: string }> {
    return this.client.request('POST', `${BASE}/read-all`, { body: category === '' ? {} : { category } });
  }

  undo(undoToken: string): Promise<unknown> {
    return this.client.request('POST', `${BASE}/undo`, { body: { undoToken } });
  }

  send(notification: NewNotification, idempotencyKey: string): Promise<SentNotification> {
    return this.client.request('POST', BASE, { body: notification, idempotencyKey });
  }
}
