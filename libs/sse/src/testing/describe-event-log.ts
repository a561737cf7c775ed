import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LoggedEvent, NewEvent, Tx } from '../vocabulary/envelope.js';
import type { EventLog, Hint, HintSinks } from '../event-log/event-log.js';
import { asTenantId, asUserId, CodedError, type TenantId } from '@nest-herald/platform';
import { eventually } from './eventually.js';
import { globalFramework, type TestFramework } from './test-framework.js';

/** A transaction that the suite opens and closes. */
export interface OpenTransaction {
  readonly tx: Tx;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** How a contract suite gets the logs of servers that share one storage, empty or not. */
export interface EventLogHarness {
  /** The log of another server, not started. */
  server(): Promise<EventLog>;
  /** Opens a transaction that `append` of this log can join. */
  begin(log: EventLog): Promise<OpenTransaction>;
  /** Stops what the harness started; the suite stops the logs. */
  close(): Promise<void>;
}

const PAGE = 1_000;

/** Proves every guarantee of {@link EventLog} for an implementation. */
export function describeEventLog(
  name: string,
  open: () => Promise<EventLogHarness>,
  framework: TestFramework = globalFramework(),
): void {
  const { describe, it } = framework;
  describe(`${name} keeps the contract of an event log`, () => {
    it('assigns seq 1, 2, 3 … to the events of a tenant in statement order (G3)', () =>
      withLog(open, async (log, tenant) => {
        for (let i = 1; i <= 5; i++) await log.append([event(tenant, `a${i}`), event(tenant, `b${i}`)]);
        const events = await readAll(log, tenant, 10);
        assert.deepEqual(
          events.map((e) => e.seq),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        );
        assert.deepEqual(
          events.map((e) => e.payload),
          ['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4', 'a5', 'b5'],
        );
      }));

    it('returns every field as it was published', () =>
      withLog(open, async (log, tenant) => {
        const recipients = [asUserId('ann'), asUserId('b@x|1')];
        const payload = 'line\r\n"quote" \\ 🔔 \u2028 ünï';
        await log.append([{ tenantId: tenant, audience: 'users', recipients, type: 'a.b:c-d_e', payload }]);
        const [stored] = await readAll(log, tenant, 1);
        assert.ok(stored);
        assert.deepEqual(
          [stored.tenantId, stored.audience, stored.type, stored.payload],
          [tenant, 'users', 'a.b:c-d_e', payload],
        );
        assert.deepEqual(stored.recipients, recipients);
        assert.ok(Math.abs(stored.createdAt.getTime() - Date.now()) < 60_000);
      }));

    it('never mixes the seq or events of two tenants', () =>
      withLog(open, async (log, tenant) => {
        const other = newTenant();
        await log.append([event(other, 'foreign'), event(other, 'foreign')]);
        await log.append([event(tenant, 'own')]);
        await readAll(log, other, 2);
        const own = await readAll(log, tenant, 1);
        assert.deepEqual(
          own.map((e) => [e.seq, e.payload]),
          [[1, 'own']],
        );
        const page = await log.readFor(tenant, { ...everything, upTo: PAGE });
        assert.deepEqual(
          page.events.map((e) => e.payload),
          ['own'],
        );
        const [a, b] = [await log.bounds(tenant), await log.bounds(other)];
        assert.notEqual(a.epoch, b.epoch);
        assert.deepEqual([a.head, b.head], [1, 2]);
      }));

    it('shows the events of a transaction after its commit, and never those of one that rolled back (G1, G2)', () =>
      withHarness(open, async (harness) => {
        const log = await started(harness);
        const tenant = newTenant();
        const lost = await harness.begin(log);
        await log.append([event(tenant, 'lost')], lost.tx);
        const kept = await harness.begin(log);
        await log.append([event(tenant, 'kept 1')], kept.tx);
        await log.append([event(tenant, 'kept 2')], kept.tx);
        await log.append([event(tenant, 'first')]);
        await eventually('the event outside', async () => (await log.bounds(tenant)).head === 1);
        await lost.rollback();
        await kept.commit();
        await log.append([event(tenant, 'last')]);
        const events = await readAll(log, tenant, 4);
        assert.deepEqual(
          events.map((e) => e.payload),
          ['first', 'kept 1', 'kept 2', 'last'],
        );
        await log.stop();
      }));

    it('refuses what is not an open transaction', () =>
      withHarness(open, async (harness) => {
        const log = await started(harness);
        const ended = await harness.begin(log);
        await ended.rollback();
        for (const tx of [undefined, null, {}, 'tx', ended.tx]) {
          assert.throws(() => log.requireTransaction(tx), isNoTransaction);
        }
        await assert.rejects(log.append([event(newTenant(), 'x')], {}), isNoTransaction);
        await log.stop();
      }));

    it('logs a dedupe key once per tenant, however often and on whichever server it is published', () =>
      withHarness(open, async (harness) => {
        const logs = [await started(harness), await started(harness)];
        const [tenant, other] = [newTenant(), newTenant()];
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) => logs[i % 2]!.append([event(tenant, `${i}`, { dedupeKey: 'order-7' })])),
        );
        assert.equal(results.filter((r) => !r.deduplicated).length, 1);
        assert.deepEqual(await logs[0]!.append([event(other, 'x', { dedupeKey: 'order-7' })]), { deduplicated: false });
        await logs[0]!.append([event(tenant, 'end')]);
        const events = await readAll(logs[0]!, tenant, 2);
        assert.equal(events.length, 2);
        for (const log of logs) await log.stop();
      }));

    it('assigns dense seq to events of concurrent servers, in the order of each writer', () =>
      withHarness(open, async (harness) => {
        const logs = [await started(harness), await started(harness)];
        const tenant = newTenant();
        const write = async (writer: number): Promise<void> => {
          for (let i = 0; i < 25; i++) await logs[writer % 2]!.append([event(tenant, `${writer}:${i}`)]);
        };
        await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
        const events = await readAll(logs[0]!, tenant, 200);
        assert.deepEqual(
          events.map((e) => e.seq),
          Array.from({ length: 200 }, (_, i) => i + 1),
        );
        for (let writer = 0; writer < 8; writer++) {
          const own = events.map((e) => e.payload.split(':')).filter(([w]) => w === `${writer}`);
          assert.deepEqual(
            own.map(([, i]) => Number(i)),
            Array.from({ length: 25 }, (_, i) => i),
          );
        }
        for (const log of logs) await log.stop();
      }));

    it('reads in pages what the keys, the id and the topics of a user match', () =>
      withLog(open, async (log, tenant) => {
        const ann = asUserId('ann');
        const audiences = ['user:ann', 'user:bob', 'tenant', 'role:hr', 'topic:a', 'topic:b', 'users', 'users'];
        const recipients = [null, null, null, null, null, null, [ann], [asUserId('bob')]];
        await log.append(
          audiences.map((audience, i) => ({ ...event(tenant, `${i}`), audience, recipients: recipients[i]! })),
        );
        await readAll(log, tenant, 8);
        const request = {
          after: 0,
          upTo: 8,
          keys: ['user:ann', 'tenant', 'topic:a'],
          userId: ann,
          everyTopic: false,
          limit: 100,
        };
        const payloads = async (change: object): Promise<readonly string[]> =>
          (await log.readFor(tenant, { ...request, ...change })).events.map((e) => e.payload);
        assert.deepEqual(await payloads({}), ['0', '2', '4', '6']);
        assert.deepEqual(await payloads({ everyTopic: true }), ['0', '2', '4', '5', '6']);
        assert.deepEqual(await payloads({ after: 1, upTo: 5 }), ['2', '4']);
        const first = await log.readFor(tenant, { ...request, limit: 2 });
        assert.deepEqual([first.events.map((e) => e.payload), first.scannedTo], [['0', '2'], 3]);
        const last = await log.readFor(tenant, { ...request, after: first.scannedTo, limit: 100 });
        assert.deepEqual([last.events.map((e) => e.payload), last.scannedTo], [['4', '6'], 8]);
      }));

    it('reads ranges in ascending order, up to the limit', () =>
      withLog(open, async (log, tenant) => {
        await log.append(Array.from({ length: 10 }, (_, i) => event(tenant, `${i + 1}`)));
        await readAll(log, tenant, 10);
        const seqs = async (after: number, upTo: number, limit: number): Promise<number[]> =>
          (await log.readRange(tenant, after, upTo, limit)).map((e) => e.seq);
        assert.deepEqual(await seqs(2, 5, 100), [3, 4, 5]);
        assert.deepEqual(await seqs(2, 9, 3), [3, 4, 5]);
        assert.deepEqual(await seqs(10, 20, 100), []);
        assert.deepEqual(await seqs(8, 20, 100), [9, 10]);
      }));

    it('informs every server of new events, by a hint to all or by its own tail', () =>
      withHarness(open, async (harness) => {
        const received: Hint[][] = [[], []];
        // An announcement reaches all servers, as over a backplane.
        const announce = (hint: Hint): void => received.forEach((hints) => hints.push(hint));
        const logs = [await harness.server(), await harness.server()];
        for (const [i, log] of logs.entries())
          await log.start(sinksOf({ announce, observe: (hint) => received[i]!.push(hint) }));
        const tenant = newTenant();
        for (let i = 0; i < 5; i++) await logs[i % 2]!.append([event(tenant, `${i}`)]);
        for (const hints of received)
          await eventually('the head 5', () => hints.some((hint) => hint.heads[tenant] === 5));
        for (const log of logs) await log.stop();
      }));

    it('has a constant epoch of eight characters per tenant', () =>
      withHarness(open, async (harness) => {
        const [a, b] = [await started(harness), await started(harness)];
        const tenant = newTenant();
        const bounds = await a.bounds(tenant);
        assert.match(bounds.epoch, /^[a-z0-9]{8}$/);
        assert.deepEqual([bounds.floor, bounds.head], [0, 0]);
        assert.equal((await b.bounds(tenant)).epoch, bounds.epoch);
        await a.stop();
        await b.stop();
      }));

    it('finds the oldest event since a given time', () =>
      withLog(open, async (log, tenant) => {
        await log.append([event(tenant, '1'), event(tenant, '2')]);
        await readAll(log, tenant, 2);
        assert.equal(await log.firstSince(tenant, new Date(Date.now() - 3_600_000)), 1);
        assert.equal(await log.firstSince(tenant, new Date(Date.now() + 3_600_000)), 3);
      }));

    it('is healthy once it is started', () =>
      withLog(open, async (log) => {
        assert.deepEqual((await log.health()).ok, true);
      }));
  });
}

const everything = { after: 0, keys: ['tenant'], userId: asUserId('ann'), everyTopic: true, limit: PAGE };

function newTenant(): TenantId {
  return asTenantId(`t-${randomUUID()}`);
}

function event(tenantId: TenantId, payload: string, more: { dedupeKey?: string } = {}): NewEvent {
  return { tenantId, audience: 'tenant', recipients: null, type: 'note', payload, ...more };
}

function sinksOf(sinks: Partial<HintSinks>): HintSinks {
  const nothing = (): void => {};
  return { announce: nothing, observe: nothing, wakeUp: nothing, identityChanged: nothing, ...sinks };
}

async function started(harness: EventLogHarness): Promise<EventLog> {
  const log = await harness.server();
  await log.start(sinksOf({}));
  return log;
}

async function withHarness(
  open: () => Promise<EventLogHarness>,
  run: (harness: EventLogHarness) => Promise<void>,
): Promise<void> {
  const harness = await open();
  try {
    await run(harness);
  } finally {
    await harness.close();
  }
}

function withLog(
  open: () => Promise<EventLogHarness>,
  run: (log: EventLog, tenant: TenantId) => Promise<void>,
): Promise<void> {
  return withHarness(open, async (harness) => {
    const log = await started(harness);
    try {
      await run(log, newTenant());
    } finally {
      await log.stop();
    }
  });
}

/** Waits until the log has reached `head` and reads everything. */
async function readAll(log: EventLog, tenant: TenantId, head: number): Promise<readonly LoggedEvent[]> {
  await eventually(`head ${head}`, async () => (await log.bounds(tenant)).head >= head);
  return log.readRange(tenant, 0, PAGE, PAGE);
}

function isNoTransaction(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'ERR_SSE_NO_TRANSACTION';
}
