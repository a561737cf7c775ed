import type { PresenceChange } from '../../../presence/presence.js';
import { asTenantId, asUserId } from '@nest-herald/platform';

/** A change of presence as the functions of schema `sse` return it. */
export interface StoredChange {
  readonly tenantId: string;
  readonly userId: string;
  readonly online: boolean;
  readonly connections: number;
  readonly at: string;
  readonly generation: number;
}

/** Converts a stored change. */
export function toChange(stored: StoredChange): PresenceChange {
  return {
    ...stored,
    tenantId: asTenantId(stored.tenantId),
    userId: asUserId(stored.userId),
    at: new Date(stored.at),
  };
}
