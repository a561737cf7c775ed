import { createHash } from 'node:crypto';
import type { TenantId } from '@nest-herald/platform';

/** Base-36 digits of the largest 256-bit number. */
const DIGITS = 50;

/**
 * The epoch of a tenant's positions: the first 8 base-36 characters of SHA-256(log id ‖ tenant id) (P3).
 *
 * Other tenants and replaced logs have other epochs, so a foreign cursor is recognised without a look-up.
 * @param logId random UUID of the log, replaced when the log was lost, restored or failed over.
 */
export function epochOf(logId: string, tenantId: TenantId): string {
  const hash = createHash('sha256').update(logId, 'utf8').update(tenantId, 'utf8').digest('hex');
  return BigInt(`0x${hash}`).toString(36).padStart(DIGITS, '0').slice(0, 8);
}
