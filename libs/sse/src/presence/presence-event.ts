import type { EphemeralEvent } from '../vocabulary/envelope.js';
import { PRESENCE_TOPIC, type PresenceChange } from './presence.js';

/**
 * The event `presence`, for connections that may follow the topic of the same name (P45).
 *
 * It has no conflation key. Two servers may announce changes of one person in any order, so the last event in a queue need
 * not be the newest. Only the generation shows which is newer, and queues do not read it.
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
