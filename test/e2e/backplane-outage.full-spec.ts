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

/** Publishes durable events in turn from both nodes, a few milliseconds apart. */
async function publishAll({ hubs, tenant }: HubPair, at: (number: number) => Promise<void> = () => Promise.resolve()) {
  for (const number of numbers) {
    await at(number);
    await hubs[number % 2 === 0 ? 0 : 1].publish('tenant', [String(number)], tenant);
    await delay(2);
  }
}

/** Every event, on both nodes, once and in order. */
async function expectAll({ sinks }: HubPair): Promise<void> {
  for (const sink of sinks) {
    await until('the last event', () => sink.payloads('note').includes(String(EVENTS)), 20_000);
    expect(sink.payloads('note').map(Number)).toEqual(numbers);
    expect(sink.seqs).toEqual(numbers);
  }
}

describe('a backplane that drops, doubles and delays 30 % of its messages', () => {
  it.each([1, 2])('costs no durable event its place: each comes once, in order (seed %i)', async (seed) => {
    const [bus, random] = [new MemoryBus(), seededRandom(seed)];
    const bad = [0, 1].map(() => new UnreliableBackplane(new MemoryBackplane(bus), random));
    pair = await startHubPair(database, `bad-${seed}`, (index) => bad[index] as Backplane);
    await publishAll(pair);
    await expectAll(pair);
    for (const { done } of bad) expect(Math.min(done.dropped, done.doubled, done.delayed)).toBeGreaterThan(10);
  });
});

describe('what travels between nodes', () => {
  it('is never the payload of a durable event, and that of an ephemeral one is', async () => {
    const heard: BackplaneMessage[] = [];
    const bus = new MemoryBus();
    pair = await startHubPair(database, 'secret', () => new MemoryBackplane(bus));
    const spy = new MemoryBackplane(bus);
    await spy.start((message) => heard.push(message));
    await pair.hubs[0].publish('tenant', ['salary of ann'], pair.tenant);
    await pair.hubs[1].publish(['ann', 'bob'], ['salary of bob'], pair.tenant);
    pair.hubs[1].send('tenant', '50 %', pair.tenant);
    for (const sink of pair.sinks) {
      await until('the durable one', () => sink.payloads('note').includes('salary of ann'));
      await until('the ephemeral one', () => sink.payloads('tick').includes('50 %'));
    }
    await until('both hints', () => heard.some((one) => one.kind === 'hint' && one.hint.heads['secret'] === 2));
    await spy.stop();
    expect(JSON.stringify(heard)).not.toContain('salary');
    expect(JSON.stringify(heard)).toContain('50 %');
  });
});

for (const { name, program } of BROKERS) {
  describeWithPrograms(`${name} killed and started again under two hubs`, [program], () => {
    it('costs no durable event its place, and ephemeral events flow again', async () => {
      const server = await BrokerServer.start(name);
      try {
        const backplanes = [server.backplane(), server.backplane()] as const;
        const running = (pair = await startHubPair(database, name, (index) => backplanes[index]));
        await publishAll(running, async (number) => {
          if (number === 50) await server.kill();
          // Publishing went on in between, and this proves that what was published then arrived without the server.
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
        // Hints of 100 events had nowhere to go, so the outage was one.
        expect(backplanes[0].counters.lost + backplanes[1].counters.lost).toBeGreaterThan(10);
      } finally {
        await pair?.stop();
        pair = null;
        await server.stop();
      }
    });
  });
}
