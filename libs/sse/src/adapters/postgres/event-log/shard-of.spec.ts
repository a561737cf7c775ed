import { describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { shardOf } from './shard-of.js';

describe('shardOf', () => {
  it('distributes tenants evenly over the shards, and always returns the same shard', () => {
    const shards = Array.from({ length: 1_000 }, (_, i) => shardOf(asTenantId(`tenant-${i}`), 8));
    expect(new Set(shards).size).toBe(8);
    for (const shard of new Set(shards)) expect(shards.filter((one) => one === shard).length).toBeGreaterThan(60);
    expect(shardOf(asTenantId('acme'), 8)).toBe(shardOf(asTenantId('acme'), 8));
    expect(shardOf(asTenantId('acme'), 1)).toBe(0);
  });
});
