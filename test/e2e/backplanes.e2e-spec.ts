import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import type { BackplaneMessage } from '@nest-herald/sse/spi';
import { createNatsBackplane } from '@nest-herald/sse/nats';
import { createRedisBackplane } from '@nest-herald/sse/redis';
import { describeBackplane } from '@nest-herald/sse/testing';
import { BrokerServer, BROKERS } from '../support/broker-server.js';
import { describeWithPrograms } from '../support/server-program.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');
const wakeUp = (shard: number): BackplaneMessage => ({ kind: 'wake-up', shard });
const tick = (payload: string): BackplaneMessage => ({
  kind: 'ephemeral',
  event: { tenantId: acme, audience: 'tenant', recipients: null, type: 'tick', payload },
});

for (const { name, program } of BROKERS) {
  describeWithPrograms(`${name} backplane over a real server`, [program], () => {
    let server: BrokerServer;
    let prefixes = 0;
    const stops: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await BrokerServer.start(name);
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop();
    });
    afterAll(() => server?.stop());

    /** Starts one more backplane. */
    async function start(prefix: string) {
      const reported: string[] = [];
      const backplane = server.backplane({ prefix, onError: (what) => reported.push(what) });
      const received: BackplaneMessage[] = [];
      await backplane.start((message) => received.push(message));
      stops.push(() => backplane.stop());
      return { backplane, received, reported };
    }
    const nextPrefix = () => `test-${(prefixes += 1)}`;

    describeBackplane(
      name,
      () => {
        const prefix = nextPrefix();
        return Promise.resolve({
          server: () => Promise.resolve(server.backplane({ prefix })),
          close: () => Promise.resolve(),
        });
      },
      { describe, it },
    );

    it('delivers nothing from one prefix to another, so that clusters can share a server', async () => {
      const [ours, theirs] = [await start('production'), await start('staging')];
      ours.backplane.publish(wakeUp(1));
      await until('ours', () => ours.received.length > 0);
      // A message for the other prefix would have arrived before this one.
      theirs.backplane.publish(wakeUp(2));
      await until('theirs', () => theirs.received.length > 0);
      expect([ours.received, theirs.received]).toEqual([[wakeUp(1)], [wakeUp(2)]]);
    });

    it('counts foreign texts on its channel and continues', async () => {
      const prefix = nextPrefix();
      const { backplane, received, reported } = await start(prefix);
      const noise = [
        'x',
        '[{"kind":"hint"}]',
        '{"kind":"wake-up"}',
        '[{"kind":"wake-up","shard":null}]',
        '\ud83d\0[',
        'self-test me',
      ];
      for (const text of noise) await server.publish(`${prefix}${name === 'redis' ? ':' : '.'}sse`, text);
      backplane.publish(wakeUp(1));
      await until('the own message', () => received.length > 0);
      expect(received).toEqual([wakeUp(1)]);
      expect([backplane.counters, reported]).toEqual([{ lost: 0, foreign: noise.length - 1 }, []]);
    });

    it('carries a flush that is larger than one message of the server may be, in order', async () => {
      const { backplane, received } = await start(nextPrefix());
      const sent = Array.from({ length: 150 }, (_, i) => tick(`${i} ${'\u0001'.repeat(5_000)}`));
      for (const message of sent) backplane.publish(message);
      await until('all of them', () => received.length >= sent.length);
      expect(received).toEqual(sent);
    });

    it('drops and counts messages beyond its limit, and continues', async () => {
      const { backplane, received } = await start(nextPrefix());
      for (let i = 0; i < 400; i++) backplane.publish(tick('x'.repeat(6_000)));
      expect(backplane.counters.lost).toBeGreaterThan(200);
      backplane.publish(wakeUp(1));
      await until('the last one', () => received.some(({ kind }) => kind === 'wake-up'));
      expect(received.length).toBe(401 - backplane.counters.lost);
    });

    it('survives an outage of its server: it counts losses, reports them once, and receives again afterwards', async () => {
      const prefix = nextPrefix();
      const [a, b] = [await start(prefix), await start(prefix)];
      await server.kill();
      await until('detected', () => !a.backplane.isConnected() && !b.backplane.isConnected());
      for (let i = 0; i < 5; i++) {
        a.backplane.publish(tick(`lost ${i}`));
        await until('counted', () => a.backplane.counters.lost === i + 1);
      }
      expect(a.reported.filter((what) => what.includes('were lost'))).toHaveLength(1);
      await server.start();
      await until('back', () => a.backplane.isConnected() && b.backplane.isConnected());
      a.backplane.publish(wakeUp(1));
      b.backplane.publish(wakeUp(2));
      for (const { received } of [a, b]) {
        await until('both received', () => received.length >= 2);
        expect(new Set(received)).toEqual(new Set([wakeUp(1), wakeUp(2)]));
      }
    });

    it('refuses to start without its server, and states the remedy without showing the password', async () => {
      const gone = await BrokerServer.unused(name);
      const url = gone.url.replace('://', '://herald:hunter2@');
      const make = { redis: createRedisBackplane, nats: createNatsBackplane }[name];
      const backplane = make({ url });
      const refusal = (await backplane.start(() => undefined).catch((error: unknown) => error)) as Error;
      expect(refusal).toMatchObject({ code: 'ERR_SSE_BACKPLANE' });
      expect(refusal.message).toMatch(new RegExp(`${new URL(gone.url).host}.*${name.toUpperCase()}_URL`));
      expect(JSON.stringify([refusal.message, String(refusal.cause)])).not.toContain('hunter2');
      expect(backplane.isConnected()).toBe(false);
    });

    it('refuses to start with a wrong password, and starts with the right one', async () => {
      const guarded = await BrokerServer.start(
        name,
        name === 'redis' ? ['--requirepass', 'p@ss word'] : ['--user', 'default', '--pass', 'p@ss word'],
      );
      stops.push(() => guarded.stop());
      const make = { redis: createRedisBackplane, nats: createNatsBackplane }[name];
      const withPassword = (password: string) =>
        make({ url: guarded.url.replace('://', `://default:${encodeURIComponent(password)}@`) });
      await expect(withPassword('wrong').start(() => undefined)).rejects.toMatchObject({ code: 'ERR_SSE_BACKPLANE' });
      const right = withPassword('p@ss word');
      await right.start(() => undefined);
      stops.unshift(() => right.stop());
      expect(right.isConnected()).toBe(true);
    });

    it('reports all wrong options at once, and never shows the URL', () => {
      const make = { redis: createRedisBackplane, nats: createNatsBackplane }[name] as (options: object) => unknown;
      const wrong = () => make({ url: 'http://ann:hunter2@x', prefix: 'a b', size: 3 });
      expect(wrong).toThrow(/size is not an option; url must be .*; prefix must be/);
      expect(wrong).not.toThrow(/hunter2/);
    });
  });
}
