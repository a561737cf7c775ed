import { createHash } from 'node:crypto';
import type { TenantId } from '@nest-herald/platform';

/** Base-36 digits that any 256-bit number fits in. */
const DIGITS = 50;

/**
 * The first half of every position of a tenant: the first 8 base-36 characters of SHA-256(log id ‖ tenant id) (P3).
 *
 * Other tenants and replaced logs get other epochs, so a foreign cursor is recognised without a look-up.
 * @param logId random UUID of the log; replaced when the log was lost, restored or failed over.
 */
export function epochOf(logId: string, tenantId: TenantId): string {
  const hash = createHash('sha256').update(logId, 'utf8').update(tenantId, 'utf8').digest('hex');
  return BigInt(`0x${hash}`).toString(36).padStart(DIGITS, '0').slice(0, 8);
}
