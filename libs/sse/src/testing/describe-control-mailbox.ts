import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerRequest, ControlMailbox } from '../seams/control-mailbox.js';
import { asTenantId, randomIdGenerator, type TenantId } from '@nest-herald/platform';
import { globalFramework, type TestFramework } from './test-framework.js';

/** How a contract suite gets the mailbox of a server with this id. */
export interface ControlMailboxHarness {
  server(nodeId: string): Promise<ControlMailbox>;
  close(): Promise<void>;
}

/** Proves every guarantee of {@link ControlMailbox} for an implementation. */
export function describeControlMailbox(
  name: string,
  open: () => Promise<ControlMailboxHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`the control mailbox ${name}`, () => {
    it('delivers a request to its server and the answer back, each once', () =>
      withMailbox(open, async ({ asking, asked, request }) => {
        assert.equal(await asking.put(request), true);
        assert.equal(await asking.collect(request.id, request.tenantId, false), null);
        const taken = await asked.take(request.id, 'asked');
        assert.equal(taken?.tenantId, request.tenantId);
        assert.deepEqual(JSON.parse(taken?.request ?? ''), JSON.parse(request.request));
        assert.equal(await asked.take(request.id, 'asked'), null);
        await asked.answer(request.id, 'asked', '{"n":1}');
        await asked.answer(request.id, 'asked', '{"n":2}');
        const answer = await asking.collect(request.id, request.tenantId, false);
        assert.deepEqual(JSON.parse(answer ?? ''), { n: 1 });
        assert.equal(await asking.collect(request.id, request.tenantId, true), null);
      }));

    it('delivers a request to one of several concurrent calls', () =>
      withMailbox(open, async ({ asking, asked, request }) => {
        await asking.put(request);
        const taken = await Promise.all(Array.from({ length: 8 }, () => asked.take(request.id, 'asked')));
        assert.equal(taken.filter((one) => one !== null).length, 1);
      }));

    it('refuses a request for an unknown server', () =>
      withMailbox(open, async ({ asking, request }) => {
        assert.equal(await asking.put({ ...request, nodeId: 'unknown' }), false);
      }));

    it('returns nothing to another server, to another tenant, or for an unknown id', () =>
      withMailbox(open, async ({ asking, asked, request, other }) => {
        await asking.put(request);
        assert.equal(await asked.take(request.id, 'asking'), null);
        assert.equal(await asked.take(randomIdGenerator.random(16), 'asked'), null);
        await asked.take(request.id, 'asked');
        await asked.answer(request.id, 'asking', '{"from":"another server"}');
        await asked.answer(request.id, 'asked', '{}');
        assert.equal(await asking.collect(request.id, other, true), null);
        assert.equal(await asking.collect(request.id, request.tenantId, true), '{}');
      }));

    it('accepts no answer to a request that was not taken, and delivers no request that was withdrawn', () =>
      withMailbox(open, async ({ asking, asked, request }) => {
        await asking.put(request);
        await asked.answer(request.id, 'asked', '{}');
        assert.equal(await asking.collect(request.id, request.tenantId, true), null);
        assert.equal(await asked.take(request.id, 'asked'), null);
      }));
  });
}

interface MailboxTest {
  readonly asking: ControlMailbox;
  readonly asked: ControlMailbox;
  readonly request: ServerRequest;
  readonly other: TenantId;
}

async function withMailbox(
  open: () => Promise<ControlMailboxHarness>,
  run: (test: MailboxTest) => Promise<void>,
): Promise<void> {
  const harness = await open();
  try {
    const [asking, asked] = [await harness.server('asking'), await harness.server('asked')];
    const tenantId = asTenantId(`t-${randomUUID()}`);
    const request = { id: randomIdGenerator.random(16), nodeId: 'asked', tenantId, request: '{"a":["ü",null]}' };
    await run({ asking, asked, request, other: asTenantId(`t-${randomUUID()}`) });
  } finally {
    await harness.close();
  }
}
