import type { CloseReason } from '@nest-herald/sse-protocol';
import type { NewEvent } from './envelope.js';
import { asUserId, type TenantId, type UserId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from './revocation.js';

/** Reserved type (P15), so that nobody publishes one. */
const TYPE = 'session.control';
/** No audience key can begin like this, so a mark is never anybody's event, live or replayed. */
const AUDIENCE = '!control';

/**
 * A word from one node to all hubs of a tenant, as a row of its log: no node misses it, it survives what the backplane loses,
 * nobody who can only reach the backplane can make one up, and it has its place among the events.
 */
export type ControlRecord =
  | { readonly kind: 'revoked'; readonly revocation: Revocation }
  /** End this person's streams. `from` is the node that has done so already. */
  | { readonly kind: 'disconnect'; readonly userId: UserId; readonly reason: CloseReason; readonly from: string }
  /** Ask directory and topic authoriser again; null: for everybody. */
  | { readonly kind: 'reauthorize'; readonly userId: UserId | null; readonly from: string };

/** The mark as the log takes it. */
export function controlRecordEvent(tenantId: TenantId, mark: ControlRecord): NewEvent {
  return { tenantId, audience: AUDIENCE, recipients: null, type: TYPE, payload: JSON.stringify(mark) };
}

/** Whether a row of the log is a mark and not an event. */
export function isControlRecord(row: { readonly type: string; readonly audience: string }): boolean {
  return row.type === TYPE && row.audience === AUDIENCE;
}

/** @returns null for a mark of a newer version. @throws what a row that {@link controlRecordEvent} did not make leads to. */
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
