import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerRequest, ControlMailbox } from '../seams/control-mailbox.js';
import { asTenantId, randomIdGenerator, type TenantId } from '@nest-herald/platform';
import { globalFramework, type TestFramework } from './test-framework.js';

/** How a contract suite gets the mailbox as a node that is known by this name sees it. */
export interface ControlMailboxHarness {
  node(nodeId: string): Promise<ControlMailbox>;
  close(): Promise<void>;
}

/** Every guarantee of {@link ControlMailbox}, proved against a real implementation. */
export function describeControlMailbox(
  name: string,
  open: () => Promise<ControlMailboxHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`the control mailbox ${name}`, () => {
    it('brings a request to its node and the answer back, each once', () =>
      withMailbox(open, async ({ asking, asked, letter }) => {
        assert.equal(await asking.put(letter), true);
        assert.equal(await asking.collect(letter.id, letter.tenantId, false), null);
        const taken = await asked.take(letter.id, 'asked');
        assert.equal(taken?.tenantId, letter.tenantId);
        assert.deepEqual(JSON.parse(taken?.request ?? ''), JSON.parse(letter.request));
        assert.equal(await asked.take(letter.id, 'asked'), null);
        await asked.answer(letter.id, 'asked', '{"n":1}');
        await asked.answer(letter.id, 'asked', '{"n":2}');
        const answer = await asking.collect(letter.id, letter.tenantId, false);
        assert.deepEqual(JSON.parse(answer ?? ''), { n: 1 });
        assert.equal(await asking.collect(letter.id, letter.tenantId, true), null);
      }));

    it('gives a request to one of many that take it', () =>
      withMailbox(open, async ({ asking, asked, letter }) => {
        await asking.put(letter);
        const taken = await Promise.all(Array.from({ length: 8 }, () => asked.take(letter.id, 'asked')));
        assert.equal(taken.filter((one) => one !== null).length, 1);
      }));

    it('takes no request for a node that nobody knows', () =>
      withMailbox(open, async ({ asking, letter }) => {
        assert.equal(await asking.put({ ...letter, nodeId: 'nobody' }), false);
      }));

    it('shows nothing to another node, another tenant, or under an id that nobody gave', () =>
      withMailbox(open, async ({ asking, asked, letter, other }) => {
        await asking.put(letter);
        assert.equal(await asked.take(letter.id, 'asking'), null);
        assert.equal(await asked.take(randomIdGenerator.random(16), 'asked'), null);
        await asked.take(letter.id, 'asked');
        await asked.answer(letter.id, 'asking', '{"from":"somebody else"}');
        await asked.answer(letter.id, 'asked', '{}');
        assert.equal(await asking.collect(letter.id, other, true), null);
        assert.equal(await asking.collect(letter.id, letter.tenantId, true), '{}');
      }));

    it('takes no answer to what nobody took, and nobody acts on what was withdrawn', () =>
      withMailbox(open, async ({ asking, asked, letter }) => {
        await asking.put(letter);
        await asked.answer(letter.id, 'asked', '{}');
        assert.equal(await asking.collect(letter.id, letter.tenantId, true), null);
        assert.equal(await asked.take(letter.id, 'asked'), null);
      }));
  });
}

interface Scene {
  readonly asking: ControlMailbox;
  readonly asked: ControlMailbox;
  readonly letter: ServerRequest;
  readonly other: TenantId;
}

async function withMailbox(
  open: () => Promise<ControlMailboxHarness>,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const harness = await open();
  try {
    const [asking, asked] = [await harness.node('asking'), await harness.node('asked')];
    const tenantId = asTenantId(`t-${randomUUID()}`);
    const letter = { id: randomIdGenerator.random(16), nodeId: 'asked', tenantId, request: '{"a":["ü",null]}' };
    await run({ asking, asked, letter, other: asTenantId(`t-${randomUUID()}`) });
  } finally {
    await harness.close();
  }
}
