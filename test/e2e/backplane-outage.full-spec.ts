import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { type BackplaneMessage, MemoryBackplane, type Backplane } from '@nest-herald/sse/spi';
import { MemoryBus } from '@nest-herald/sse/testing';
import { seededRandom } from '../chaos/seeded-random.js';
import { BrokerServer, BROKERS } from '../support/broker-server.js';
import { type HubPair, startHubPair } from '../support/hub-pair.js';
import { describeWithPrograms } from '../support/server-program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { UnreliableBackplane } from '../support/unreliable-backplane.js';
import { until } from '../support/until.js';

const EVENTS = 200;
const numbers = Array.from({ length: EVENTS }, (_, i) => i + 1);

let database: TestDatabase;
let pair: HubPair | null = null;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await pair?.stop();
  pair = null;
});
afterAll(() => database.drop());

/** Publishes durable events alternately from both hubs, a few milliseconds apart. */
async function publishAll({ hubs, tenant }: HubPair, at: (number: number) => Promise<void> = () => Promise.resolve()) {
  for (const number of numbers) {
    await at(number);
    await hubs[number % 2 === 0 ? 0 : 1].publish('tenant', [String(number)], tenant);
    await delay(2);
  }
}

/** Expects every event on both hubs, once and in order. */
async function expectAll({ sinks }: HubPair): Promise<void> {
  for (const sink of sinks) {
    await until('the last event', () => sink.payloads('note').includes(String(EVENTS)), 20_000);
    expect(sink.payloads('note').map(Number)).toEqual(numbers);
    expect(sink.seqs).toEqual(numbers);
  }
}

describe('Backplane that drops, duplicates and delays 30 % of its messages', () => {
  it.each([1, 2])('does not affect durable events: each arrives once, in order (seed %i)', async (seed) => {
    const [bus, random] = [new MemoryBus(), seededRandom(seed)];
    const bad = [0, 1].map(() => new UnreliableBackplane(new MemoryBackplane(bus), random));
    pair = await startHubPair(database, `bad-${seed}`, (index) => bad[index] as Backplane);
    await publishAll(pair);
    await expectAll(pair);
    for (const { done } of bad) expect(Math.min(done.dropped, done.doubled, done.delayed)).toBeGreaterThan(10);
  });
});

describe('Messages between servers', () => {
  it('carry the payload of ephemeral events, but never that of durable ones', async () => {
    const messages: BackplaneMessage[] = [];
    const bus = new MemoryBus();
    pair = await startHubPair(database, 'secret', () => new MemoryBackplane(bus));
    const spy = new MemoryBackplane(bus);
    await spy.start((message) => messages.push(message));
    await pair.hubs[0].publish('tenant', ['salary of ann'], pair.tenant);
    await pair.hubs[1].publish(['ann', 'bob'], ['salary of bob'], pair.tenant);
    pair.hubs[1].send('tenant', '50 %', pair.tenant);
    for (const sink of pair.sinks) {
      await until('the durable one', () => sink.payloads('note').includes('salary of ann'));
      await until('the ephemeral one', () => sink.payloads('tick').includes('50 %'));
    }
    await until('both hints', () => messages.some((one) => one.kind === 'hint' && one.hint.heads['secret'] === 2));
    await spy.stop();
    expect(JSON.stringify(messages)).not.toContain('salary');
    expect(JSON.stringify(messages)).toContain('50 %');
  });
});

for (const { name, program } of BROKERS) {
  describeWithPrograms(`Restart of a killed ${name} below two hubs`, [program], () => {
    it('affects no durable event, and ephemeral events flow again afterwards', async () => {
      const server = await BrokerServer.start(name);
      try {
        const backplanes = [server.backplane(), server.backplane()] as const;
        const running = (pair = await startHubPair(database, name, (index) => backplanes[index]));
        await publishAll(running, async (number) => {
          if (number === 50) await server.kill();
          // Publishing continued during the outage; this proves that those events arrived without the backplane.
          if (number === 150) {
            for (const sink of running.sinks) await until('the tail', () => sink.payloads('note').includes('149'));
            await server.start();
          }
        });
        await expectAll(running);
        await until('both are back', () => backplanes.every((backplane) => backplane.isConnected()));
        running.hubs[0].send('tenant', 'from 0', name);
        running.hubs[1].send('tenant', 'from 1', name);
        for (const sink of running.sinks) {
          await until('both ephemeral events', () => sink.payloads('tick').length === 2);
          expect(new Set(sink.payloads('tick'))).toEqual(new Set(['from 0', 'from 1']));
        }
        // The hints of 100 events were lost, which proves the outage.
        expect(backplanes[0].counters.lost + backplanes[1].counters.lost).toBeGreaterThan(10);
      } finally {
        await pair?.stop();
        pair = null;
        await server.stop();
      }
    });
  });
}
