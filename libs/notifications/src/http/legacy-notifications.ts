import type { NotificationItem } from '../notification/notification.js';
import type { SendNotification } from '../schemas/send-input.js';
import type { LegacyRequest, LegacyRoutes } from '@nest-herald/platform/http';

/** The fields of a body or a query. */
type Fields = LegacyRequest['body'];

/** A notification in an answer of the legacy API. An absent text is an empty text. */
export interface LegacyNotification {
  readonly id: string;
  readonly tenant_id: string;
  /** The reader. In the answer to a send: the first person named. */
  readonly user_id: string;
  readonly type: string;
  readonly title: string;
  readonly content: string;
  readonly link: string;
  readonly priority: string;
  readonly is_read: boolean;
  readonly read_at: string;
  readonly created_at: string;
}

/** What the handler of a send returns for the legacy answer. */
export interface SentNotification {
  readonly id: string;
  readonly mode: string;
  readonly recipients: number | null;
  readonly createdAt: string;
}

const item = (ours: NotificationItem, { principal }: LegacyRequest): LegacyNotification => ({
  id: ours.id,
  tenant_id: principal.tenantId,
  user_id: principal.userId,
  type: ours.type,
  title: ours.title,
  content: ours.content ?? '',
  link: ours.link ?? '',
  priority: ours.priority,
  is_read: ours.isRead,
  read_at: ours.readAt ?? '',
  created_at: ours.createdAt,
});

/** The legacy API names one person, and sends an empty text for an absent field. */
function readSend(body: Fields): Fields {
  if (!Object.hasOwn(body, 'user_id') || Object.hasOwn(body, 'to')) return body;
  const { user_id: userId, ...others } = body;
  const present = Object.entries(others).filter(([name, value]) => value !== '' || name === 'title');
  return { ...Object.fromEntries(present), to: { users: [userId] } };
}

function sent({ id, createdAt }: SentNotification, { principal, body }: LegacyRequest): LegacyNotification {
  const { to, type = 'message', title, content, link, priority = 'normal' } = body as unknown as SendNotification;
  return {
    id,
    tenant_id: principal.tenantId,
    user_id: to.users?.[0] ?? '',
    type,
    title,
    content: content ?? '',
    link: link ?? '',
    priority,
    is_read: false,
    read_at: '',
    created_at: createdAt,
  };
}

/** Maps `only_unread`. Without it, the legacy API lists everything that is not deleted. */
function readList({ only_unread: onlyUnread, ...query }: Fields, compat: boolean): Fields {
  const asked = compat && query['type'] === '' ? { ...query, type: undefined } : query;
  if (onlyUnread === 'true') return { ...asked, state: 'unread' };
  if (onlyUnread !== undefined && onlyUnread !== 'false') return { ...asked, only_unread: onlyUnread };
  return compat && asked['state'] === undefined ? { ...asked, state: 'all' } : asked;
}

/** `POST /`. */
export const LEGACY_SENDING: LegacyRoutes = {
  send: {
    readBody: readSend,
    answer: sent,
    own: ({ id, mode, recipients }: SentNotification) => ({ id, mode, recipients }),
  },
};

/** The other six of the seven legacy routes. The person always comes from the token; `user_id` is ignored. */
export const LEGACY_INBOX: LegacyRoutes = {
  list: { query: { user_id: null }, readQuery: readList, isList: true, answer: item },
  unreadCount: { query: { user_id: null }, answer: ({ count }: { readonly count: number }) => ({ count }) },
  get: { answer: item },
  putRead: { body: { id: null }, answer: item },
  readMany: {
    body: { user_id: null },
    answer: ({ count }: { readonly count: number }) => ({ count, success: true }),
  },
  remove: { status: 200, answer: () => ({ success: true }) },
};
