import type { CloseReason } from '@nest-herald/sse-protocol';
import type { NewEvent } from './envelope.js';
import { asUserId, type TenantId, type UserId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from './revocation.js';

/** A reserved type (P15), so that no publisher can write one. */
const TYPE = 'session.control';
/** No audience key can begin with `!`, so a control record is never delivered to a client, live or replayed. */
const AUDIENCE = '!control';

/**
 * A row of a tenant's log that changes rights, addressed to the hubs of all servers.
 *
 * It is in the log and not on the backplane for four reasons: no server misses it, it survives a lost backplane message,
 * access to the backplane alone is not enough to forge one, and it has a position among the events.
 */
export type ControlRecord =
  | { readonly kind: 'revoked'; readonly revocation: Revocation }
  /** Close this user's streams. The server `from` has already closed its own. */
  | { readonly kind: 'disconnect'; readonly userId: UserId; readonly reason: CloseReason; readonly from: string }
  /** Ask the directory and the topic authorizer again for this user, or for all users of the tenant (null). */
  | { readonly kind: 'reauthorize'; readonly userId: UserId | null; readonly from: string };

/** Encodes a control record as an event for the log. */
export function controlRecordEvent(tenantId: TenantId, record: ControlRecord): NewEvent {
  return { tenantId, audience: AUDIENCE, recipients: null, type: TYPE, payload: JSON.stringify(record) };
}

/** Whether a row of the log is a control record and not an event. */
export function isControlRecord(row: { readonly type: string; readonly audience: string }): boolean {
  return row.type === TYPE && row.audience === AUDIENCE;
}

/**
 * Reads the payload of a control record.
 * @returns null for a kind that only a newer version of this package knows.
 * @throws when the payload was not written by {@link controlRecordEvent}.
 */
export function readControlRecord(tenantId: TenantId, payload: string): ControlRecord | null {
  const stored = JSON.parse(payload) as StoredControlRecord;
  switch (stored.kind) {
    case 'revoked': {
      const { target, notBefore, expiresAt } = stored.revocation;
      const revocation = { tenantId, target, notBefore: new Date(notBefore), expiresAt: new Date(expiresAt) };
      return { kind: 'revoked', revocation };
    }
    case 'disconnect':
      return { ...stored, userId: asUserId(stored.userId) };
    case 'reauthorize':
      return { ...stored, userId: stored.userId === null ? null : asUserId(stored.userId) };
    case 'another':
      break;
  }
  return null;
}

type StoredControlRecord =
  | Exclude<ControlRecord, { kind: 'revoked' }>
  | {
      readonly kind: 'revoked';
      readonly revocation: {
        readonly target: RevocationTarget;
        readonly notBefore: string;
        readonly expiresAt: string;
      };
    }
  | { readonly kind: 'another' };
