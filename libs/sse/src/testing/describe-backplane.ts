import assert from 'node:assert/strict';
import { MAX_EPHEMERAL_BYTES } from '@nest-herald/sse-protocol';
import type { Backplane, BackplaneMessage } from '../backplane/backplane.js';
import { asTenantId } from '@nest-herald/platform';
import { eventually } from './eventually.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** How a contract suite gets the backplanes of servers that share one carrier. */
export interface BackplaneHarness {
  /** The backplane of another server, not started. */
  server(): Promise<Backplane>;
  /** Stops what the harness started; the suite stops the backplanes. */
  close(): Promise<void>;
}

/** Proves every guarantee of {@link Backplane} for an implementation with a healthy carrier. */
export function describeBackplane(
  name: string,
  open: () => Promise<BackplaneHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`${name} keeps the contract of a backplane`, () => {
    it('delivers each message once to every server, the publisher included', () =>
      withServers(open, 3, async (servers, received) => {
        for (const [i, server] of servers.entries()) server.publish(wakeUp(i));
        for (const list of received) {
          await eventually('three messages', () => list.length >= 3);
          assert.deepEqual(new Set(list.map(shardOf)), new Set([0, 1, 2]));
        }
        await settle(servers[0]!, received);
        for (const list of received) assert.equal(list.length, 4);
      }));

    it('keeps the order of each publisher', () =>
      withServers(open, 2, async ([a, b], received) => {
        for (let i = 0; i < 50; i++) {
          a!.publish(wakeUp(i));
          b!.publish(wakeUp(1_000 + i));
        }
        for (const list of received) {
          await eventually('all messages', () => list.length >= 100);
          const shards = list.map(shardOf);
          assert.deepEqual(
            shards.filter((shard) => shard < 1_000),
            Array.from({ length: 50 }, (_, i) => i),
          );
          assert.deepEqual(
            shards.filter((shard) => shard >= 1_000),
            Array.from({ length: 50 }, (_, i) => 1_000 + i),
          );
        }
      }));

    it('carries the largest ephemeral event unchanged', () =>
      withServers(open, 2, async ([a], received) => {
        const payload = `"\\\r\n${'ü'.repeat((MAX_EPHEMERAL_BYTES - 4) / 2)}`;
        assert.equal(Buffer.byteLength(payload), MAX_EPHEMERAL_BYTES);
        const message: BackplaneMessage = {
          kind: 'ephemeral',
          event: { tenantId: asTenantId('acme'), audience: 'tenant', recipients: null, type: 'tick', payload },
        };
        a!.publish(message);
        for (const list of received) {
          await eventually('the event', () => list.length >= 1);
          assert.deepEqual(list[0], message);
        }
      }));

    it('carries control messages unchanged and in order', () =>
      withServers(open, 2, async ([a], received) => {
        const sent: BackplaneMessage[] = [
          { kind: 'control', to: null, text: '{"all":true}' },
          { kind: 'control', to: 'node-2', text: JSON.stringify('ü"\\\n'.repeat(300)) },
          { kind: 'control', to: 'node-2', text: '{"all":true}' },
        ];
        for (const message of sent) a!.publish(message);
        for (const list of received) {
          await eventually('the messages', () => list.length >= 3);
          assert.deepEqual(list, sent);
        }
      }));

    it('carries the heads of many tenants, split over several hints where necessary', () =>
      withServers(open, 2, async ([a], received) => {
        const heads = Object.fromEntries(
          Array.from({ length: 500 }, (_, i) => [`tenant-${i}-${'x'.repeat(40)}`, i + 1]),
        );
        a!.publish({ kind: 'hint', hint: { shard: 1, no: 7, heads } });
        for (const list of received) {
          await eventually('all heads', () => Object.keys(headsOf(list)).length >= 500);
          assert.deepEqual(headsOf(list), heads);
        }
      }));

    it('reports whether it is connected, and accepts messages without throwing when it is not', () =>
      withServers(open, 1, async ([server], received) => {
        assert.equal(server!.isConnected(), true);
        await server!.stop();
        assert.equal(server!.isConnected(), false);
        server!.publish(wakeUp(1));
        assert.equal(received[0]!.length, 0);
      }));

    it('delivers nothing to a server that has stopped', () =>
      withServers(open, 2, async ([a, b], received) => {
        await b!.stop();
        a!.publish(wakeUp(1));
        await eventually('its own message', () => received[0]!.length >= 1);
        assert.equal(received[1]!.length, 0);
      }));
  });
}

function wakeUp(shard: number): BackplaneMessage {
  return { kind: 'wake-up', shard };
}

function shardOf(message: BackplaneMessage): number {
  assert.equal(message.kind, 'wake-up');
  return message.kind === 'wake-up' ? message.shard : -1;
}

function headsOf(messages: readonly BackplaneMessage[]): Record<string, number> {
  return Object.assign({}, ...messages.map((m) => (m.kind === 'hint' ? m.hint.heads : {}))) as Record<string, number>;
}

/** Sends one more message: when it has arrived, a duplicate of an earlier one would have arrived too. */
async function settle(server: Backplane, received: readonly (readonly BackplaneMessage[])[]): Promise<void> {
  server.publish(wakeUp(99));
  for (const list of received) await eventually('the last message', () => list.some((m) => shardOf(m) === 99));
}

async function withServers(
  open: () => Promise<BackplaneHarness>,
  count: number,
  run: (servers: readonly Backplane[], received: readonly BackplaneMessage[][]) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const servers: Backplane[] = [];
  const received: BackplaneMessage[][] = [];
  try {
    for (let i = 0; i < count; i++) {
      const list: BackplaneMessage[] = [];
      const server = await harness.server();
      await server.start((message) => void list.push(message));
      servers.push(server);
      received.push(list);
    }
    await run(servers, received);
  } finally {
    for (const server of servers) await server.stop();
    await harness.close();
  }
}
