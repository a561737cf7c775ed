import type { TenantId } from '@nest-herald/platform';

/**
 * The shard that sequences a tenant's events: FNV-1a of the id, modulo the number of shards, as `sse.shard_of` of the
 * migrations computes it. All processes must use the same number of shards: a server with another one refuses to start, but a
 * process that only publishes is not checked.
 */
export function shardOf(tenantId: TenantId, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < tenantId.length; i++) hash = Math.imul(hash ^ tenantId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
