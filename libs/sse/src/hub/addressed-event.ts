import type { AudienceKey } from '../vocabulary/audience.js';
import type { TenantId, UserId } from '@nest-herald/platform';

/** The type and address of an event, without its data. */
export interface AddressedEvent {
  readonly tenantId: TenantId;
  readonly type: string;
  readonly audience: AudienceKey;
  /** With audience `users`: the people named. */
  readonly recipients: readonly UserId[] | null;
  readonly isDurable: boolean;
}
