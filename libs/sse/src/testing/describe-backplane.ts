import assert from 'node:assert/strict';
import { MAX_EPHEMERAL_BYTES } from '@nest-herald/sse-protocol';
import type { Backplane, BackplaneMessage } from '../backplane/backplane.js';
import { asTenantId } from '@nest-herald/platform';
import { eventually } from './eventually.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** One carrier that any number of nodes share. */
export interface BackplaneHarness {
  /** One more node, not started. */
  node(): Promise<Backplane>;
  /** Stops whatever the harness started; the suite stops the nodes itself. */
  close(): Promise<void>;
}

/** Every guarantee of {@link Backplane} while its carrier is healthy, proved against a real implementation. */
export function describeBackplane(
  name: string,
  open: () => Promise<BackplaneHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`${name} keeps the contract of a backplane`, () => {
    it('brings each message once to every node that listens, the publisher included', () =>
      withNodes(open, 3, async (nodes, heard) => {
        for (const [i, node] of nodes.entries()) node.publish(wakeUp(i));
        for (const list of heard) {
          await eventually('three messages', () => list.length >= 3);
          assert.deepEqual(new Set(list.map(shardOf)), new Set([0, 1, 2]));
        }
        await settle(nodes[0]!, heard);
        for (const list of heard) assert.equal(list.length, 4);
      }));

    it('keeps the order of each publisher', () =>
      withNodes(open, 2, async ([a, b], heard) => {
        for (let i = 0; i < 50; i++) {
          a!.publish(wakeUp(i));
          b!.publish(wakeUp(1_000 + i));
        }
        for (const list of heard) {
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
      withNodes(open, 2, async ([a], heard) => {
        const payload = `"\\\r\n${'ü'.repeat((MAX_EPHEMERAL_BYTES - 4) / 2)}`;
        assert.equal(Buffer.byteLength(payload), MAX_EPHEMERAL_BYTES);
        const message: BackplaneMessage = {
          kind: 'ephemeral',
          event: { tenantId: asTenantId('acme'), audience: 'tenant', recipients: null, type: 'tick', payload },
        };
        a!.publish(message);
        for (const list of heard) {
          await eventually('the event', () => list.length >= 1);
          assert.deepEqual(list[0], message);
        }
      }));

    it('carries control messages as they are, in order, among everything else', () =>
      withNodes(open, 2, async ([a], heard) => {
        const sent: BackplaneMessage[] = [
          { kind: 'control', to: null, text: '{"all":true}' },
          { kind: 'control', to: 'node-2', text: JSON.stringify('ü"\\\n'.repeat(300)) },
          { kind: 'control', to: 'node-2', text: '{"all":true}' },
        ];
        for (const message of sent) a!.publish(message);
        for (const list of heard) {
          await eventually('the messages', () => list.length >= 3);
          assert.deepEqual(list, sent);
        }
      }));

    it('carries the heads of many tenants, in as many hints as it needs', () =>
      withNodes(open, 2, async ([a], heard) => {
        const heads = Object.fromEntries(
          Array.from({ length: 500 }, (_, i) => [`tenant-${i}-${'x'.repeat(40)}`, i + 1]),
        );
        a!.publish({ kind: 'hint', hint: { shard: 1, no: 7, heads } });
        for (const list of heard) {
          await eventually('all heads', () => Object.keys(headsOf(list)).length >= 500);
          assert.deepEqual(headsOf(list), heads);
        }
      }));

    it('tells whether it is connected, and takes messages without throwing when it is not', () =>
      withNodes(open, 1, async ([node], heard) => {
        assert.equal(node!.isConnected(), true);
        await node!.stop();
        assert.equal(node!.isConnected(), false);
        node!.publish(wakeUp(1));
        assert.equal(heard[0]!.length, 0);
      }));

    it('tells a node that has stopped nothing more', () =>
      withNodes(open, 2, async ([a, b], heard) => {
        await b!.stop();
        a!.publish(wakeUp(1));
        await eventually('the own message', () => heard[0]!.length >= 1);
        assert.equal(heard[1]!.length, 0);
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

/** One more message behind the others: when it is there, a doubled one before it would be there too. */
async function settle(node: Backplane, heard: readonly (readonly BackplaneMessage[])[]): Promise<void> {
  node.publish(wakeUp(99));
  for (const list of heard) await eventually('the last message', () => list.some((m) => shardOf(m) === 99));
}

async function withNodes(
  open: () => Promise<BackplaneHarness>,
  count: number,
  run: (nodes: readonly Backplane[], heard: readonly BackplaneMessage[][]) => Promise<void>,
): Promise<void> {
  const harness = await open();
  const nodes: Backplane[] = [];
  const heard: BackplaneMessage[][] = [];
  try {
    for (let i = 0; i < count; i++) {
      const list: BackplaneMessage[] = [];
      const node = await harness.node();
      await node.start((message) => void list.push(message));
      nodes.push(node);
      heard.push(list);
    }
    await run(nodes, heard);
  } finally {
    for (const node of nodes) await node.stop();
    await harness.close();
  }
}
