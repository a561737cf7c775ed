import type { Principal } from '@nest-herald/platform';

/** The application itself as the sender. */
export interface SystemSender {
  readonly tenantId: string;
  readonly system: true;
}

/**
 * The sender of a notification. The service trusts the host's code; the route of a request checks permissions.
 */
export type Sender = Pick<Principal, 'tenantId' | 'userId'> | SystemSender;

/** @returns the user id of the sender; null for the system. */
export function actorOf(sender: Sender): string | null {
  return 'system' in sender ? null : sender.userId;
}
