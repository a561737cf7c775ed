import type { Principal } from '@nest-herald/platform';

/** The application itself as the sender: nobody in particular. */
export interface SystemSender {
  readonly tenantId: string;
  readonly system: true;
}

/**
 * In whose name a notification is sent. Code of the host is trusted with it: permissions are the business of the route that
 * takes a request, not of the service.
 */
export type Sender = Pick<Principal, 'tenantId' | 'userId'> | SystemSender;

/** @returns who is shown as the sender; null for the system. */
export function actorOf(sender: Sender): string | null {
  return 'system' in sender ? null : sender.userId;
}
