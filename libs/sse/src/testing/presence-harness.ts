import { randomUUID } from 'node:crypto';
import { asTenantId, asUserId, type TenantId } from '@nest-herald/platform';
import type { Presence, PresenceEntry } from '../presence/presence.js';

/** How a contract suite gets the presence of a server. */
export interface PresenceHarness {
  /** The presence of one server, not started. @param options `offlineGraceMs`: delay of "offline", ms. @defaultValue 10,000 */
  server(options?: { readonly offlineGraceMs?: number }): Promise<Presence>;
  /** Stops what the harness started; the suite stops the presence. */
  close(): Promise<void>;
}

/** The server that the suite runs. */
export const NODE_ID = 'contract-node';

/** A tenant that no other test uses. */
export function newTenant(): TenantId {
  return asTenantId(`t-${randomUUID()}`);
}

/** A connection of the suite's server. */
export function entry(tenantId: TenantId, userId: string, more: Partial<PresenceEntry> = {}): PresenceEntry {
  return {
    connectionId: `${NODE_ID}.${randomUUID().slice(0, 22)}`,
    tenantId,
    userId: asUserId(userId),
    nodeId: NODE_ID,
    device: 'desk',
    transport: 'sse',
    topics: [],
    since: new Date(),
    ...more,
  };
}
