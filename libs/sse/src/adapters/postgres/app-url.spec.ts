import { expect, it } from '@jest/globals';
import { asTenantId } from '../../vocabulary/principal.js';
import { withRole } from './app-url.js';
import { shardOf } from './event-log/shard-of.js';

it('takes the role beside the options that the URL already has', () => {
  const url = new URL(withRole('postgres://u:p%40ss@db:5432/erp?sslmode=require&options=-c%20statement_timeout%3D5s'));
  expect(url.searchParams.get('options')).toBe('-c statement_timeout=5s -c role=herald_app');
  expect([url.password, url.searchParams.get('sslmode')]).toEqual(['p%40ss', 'require']);
});

it('spreads tenants over shards, always the same way', () => {
  const shards = Array.from({ length: 1_000 }, (_, i) => shardOf(asTenantId(`tenant-${i}`), 8));
  expect(new Set(shards).size).toBe(8);
  for (const shard of new Set(shards)) expect(shards.filter((one) => one === shard).length).toBeGreaterThan(60);
  expect(shardOf(asTenantId('acme'), 8)).toBe(shardOf(asTenantId('acme'), 8));
  expect(shardOf(asTenantId('acme'), 1)).toBe(0);
});
