/** Most topics and patterns that one connection follows (P42). */
export const MAX_TOPICS_PER_CONNECTION = 50;

/** Most characters of a topic or pattern (P40). */
export const MAX_TOPIC_LENGTH = 200;

/** Most bytes of UTF-8 in the payload of a durable event (P14). */
export const MAX_DURABLE_BYTES = 65_536;

/** Most bytes of UTF-8 in the payload of an ephemeral event, the same on every backplane (P14). */
export const MAX_EPHEMERAL_BYTES = 6_000;

/** Shortest time between two `cursor` events of a stream, in ms (P36). */
export const MIN_CURSOR_INTERVAL_MS = 10_000;

/** How long before the token expires `session.expiring` is sent, in ms (P38). */
export const SESSION_EXPIRING_LEAD_MS = 60_000;

/** Query parameters that may carry the cursor, in the order in which they are read (P5). */
export const CURSOR_QUERY_NAMES = ['last_event_id', 'lastEventId', 'Last-Event-ID', 'evs_last_event_id'] as const;
