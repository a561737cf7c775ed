import type { TenantId } from '../../principal.js';

/**
 * The shard that numbers a tenant's events: FNV-1a of the id, modulo the number of shards. Every node must count the same
 * number of shards; change it only with all nodes stopped.
 */
export function shardOf(tenantId: TenantId, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < tenantId.length; i++) hash = Math.imul(hash ^ tenantId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
