import type { EphemeralEvent } from '../vocabulary/envelope.js';
import { PRESENCE_TOPIC, type PresenceChange } from './presence.js';

/**
 * The event `presence`, for those who may follow the topic of this name (P45).
 *
 * It has no conflation key: two nodes tell of one person in any order, and what comes last need not be the newest. Only the
 * generation says so, and queues do not read it.
 */
export function presenceEvent(change: PresenceChange): EphemeralEvent {
  const { tenantId, userId, online, connections, at, generation } = change;
  return {
    tenantId,
    audience: `topic:${PRESENCE_TOPIC}`,
    recipients: null,
    type: 'presence',
    payload: JSON.stringify({ userId, online, connections, at, generation }),
  };
}
