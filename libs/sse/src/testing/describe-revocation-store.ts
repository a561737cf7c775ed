import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isControlRecord } from '../vocabulary/control-record.js';
import type { EventLog } from '../event-log/event-log.js';
import { asTenantId, asUserId, type Principal, type TenantId } from '@nest-herald/platform';
import type { RevocationStore } from '../seams/revocation-store.js';
import { eventually } from './eventually.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** How a contract suite gets a store and the started log for its control records. */
export interface RevocationStoreHarness {
  readonly store: RevocationStore;
  readonly log: Pick<EventLog, 'bounds' | 'readRange'>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Proves every guarantee of {@link RevocationStore} for an implementation. */
export function describeRevocationStore(
  name: string,
  open: () => Promise<RevocationStoreHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`the revocation store ${name}`, () => {
    it('returns stored revocations at once, of one tenant only', () =>
      withStore(open, async ({ store }, tenantId, other) => {
        await store.revoke(tenantId, { userId: asUserId('ann') }, DAY_MS);
        await store.revoke(tenantId, { sessionId: 's-1' }, DAY_MS);
        await store.revoke(tenantId, { tokenId: 't-1' }, DAY_MS);
        await store.revoke(tenantId, { tenant: true }, DAY_MS);
        await store.revoke(other, { userId: asUserId('bob') }, DAY_MS);
        const targets = (await store.active(tenantId, 10)).map(({ target }) => target);
        assert.equal(targets.length, 4);
        for (const target of [{ tenant: true }, { tokenId: 't-1' }, { sessionId: 's-1' }, { userId: 'ann' }]) {
          assert.ok(targets.some((stored) => JSON.stringify(stored) === JSON.stringify(target)));
        }
        assert.deepEqual(await store.active(other, 10).then((all) => all.map(({ tenantId: of }) => of)), [other]);
      }));

    it('returns the newest ones when the limit is reached', () =>
      withStore(open, async ({ store }, tenantId) => {
        await store.revoke(tenantId, { sessionId: 'older' }, DAY_MS);
        await nextMillisecond();
        await store.revoke(tenantId, { sessionId: 'newer' }, DAY_MS);
        assert.deepEqual(
          (await store.active(tenantId, 1)).map(({ target }) => target),
          [{ sessionId: 'newer' }],
        );
      }));

    it('appends a control record to the log of the tenant for each', () =>
      withStore(open, async ({ store, log }, tenantId) => {
        const { target, notBefore } = await store.revoke(tenantId, { sessionId: 's-1' }, DAY_MS);
        await eventually('the control record', async () => (await log.bounds(tenantId)).head === 1);
        const [row] = await log.readRange(tenantId, 0, 1, 10);
        assert.ok(row !== undefined && isControlRecord(row));
        assert.deepEqual(JSON.parse(row.payload), {
          kind: 'revoked',
          revocation: JSON.parse(
            JSON.stringify({ tenantId, target, notBefore, expiresAt: new Date(notBefore.getTime() + DAY_MS) }),
          ) as unknown,
        });
      }));

    it('covers the tokens of the user, the session, the token id or the tenant, and no others', () =>
      withStore(open, async ({ store }, tenantId, other) => {
        const of = (more: Partial<Principal>): Principal => ({ ...principalOf(tenantId), ...more });
        const before = of({});
        assert.equal(await store.covers(before), false);
        await store.revoke(tenantId, { userId: asUserId('ann') }, DAY_MS);
        await store.revoke(tenantId, { sessionId: 's-1' }, DAY_MS);
        await store.revoke(tenantId, { tokenId: 't-1' }, DAY_MS);
        const later = new Date(Date.now() + 3_600_000);
        const bob = { userId: asUserId('bob') };
        const answers = [
          await store.covers(before),
          await store.covers(of({ issuedAt: later })),
          await store.covers(of(bob)),
          await store.covers(of({ ...bob, sessionId: 's-1', issuedAt: later })),
          await store.covers(of({ ...bob, tokenId: 't-1', issuedAt: later })),
          await store.covers({ ...principalOf(other), sessionId: 's-1' }),
        ];
        assert.deepEqual(answers, [true, false, false, true, true, false]);
        await store.revoke(tenantId, { tenant: true }, DAY_MS);
        assert.deepEqual(
          [await store.covers(of(bob)), await store.covers(of({ ...bob, issuedAt: later }))],
          [true, false],
        );
      }));

    it('drops a revocation when it expires', () =>
      withStore(open, async ({ store }, tenantId) => {
        await store.revoke(tenantId, { sessionId: 's-1' }, 1);
        await eventually('the end', async () => (await store.active(tenantId, 10)).length === 0);
        assert.equal(await store.covers({ ...principalOf(tenantId), sessionId: 's-1' }), false);
      }));
  });
}

/** A token from an hour ago. */
function principalOf(tenantId: TenantId): Principal {
  const issuedAt = new Date(Date.now() - 3_600_000);
  const expiresAt = new Date(Date.now() + 3_600_000);
  return { tenantId, userId: asUserId('ann'), roles: [], permissions: [], topics: [], issuedAt, expiresAt };
}

async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() <= now + 1) await new Promise((resolve) => setImmediate(resolve));
}

async function withStore(
  open: () => Promise<RevocationStoreHarness>,
  run: (harness: RevocationStoreHarness, tenantId: TenantId, other: TenantId) => Promise<void>,
): Promise<void> {
  const harness = await open();
  try {
    await run(harness, asTenantId(`t-${randomUUID()}`), asTenantId(`t-${randomUUID()}`));
  } finally {
    await harness.close();
  }
}
