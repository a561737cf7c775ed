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
  describeWithPrograms(`the ${name} backplane, over a real server`, [program], () => {
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

    /** One more node, listening. */
    async function node(prefix: string) {
      const told: string[] = [];
      const backplane = server.backplane({ prefix, onError: (what) => told.push(what) });
      const heard: BackplaneMessage[] = [];
      await backplane.start((message) => heard.push(message));
      stops.push(() => backplane.stop());
      return { backplane, heard, told };
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

    it('brings nothing from one prefix to another, so that clusters can share a server', async () => {
      const [ours, theirs] = [await node('production'), await node('staging')];
      ours.backplane.publish(wakeUp(1));
      await until('ours', () => ours.heard.length > 0);
      // What is behind it on the same server would have come by now.
      theirs.backplane.publish(wakeUp(2));
      await until('theirs', () => theirs.heard.length > 0);
      expect([ours.heard, theirs.heard]).toEqual([[wakeUp(1)], [wakeUp(2)]]);
    });

    it('counts what others say on its channel, and is not upset', async () => {
      const prefix = nextPrefix();
      const { backplane, heard, told } = await node(prefix);
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
      await until('the own message', () => heard.length > 0);
      expect(heard).toEqual([wakeUp(1)]);
      expect([backplane.counters, told]).toEqual([{ lost: 0, foreign: noise.length - 1 }, []]);
    });

    it('carries a flush that is larger than one message of the server may be, in order', async () => {
      const { backplane, heard } = await node(nextPrefix());
      const sent = Array.from({ length: 150 }, (_, i) => tick(`${i} ${'\u0001'.repeat(5_000)}`));
      for (const message of sent) backplane.publish(message);
      await until('all of them', () => heard.length >= sent.length);
      expect(heard).toEqual(sent);
    });

    it('drops and counts what is more than its bound, and goes on', async () => {
      const { backplane, heard } = await node(nextPrefix());
      for (let i = 0; i < 400; i++) backplane.publish(tick('x'.repeat(6_000)));
      expect(backplane.counters.lost).toBeGreaterThan(200);
      backplane.publish(wakeUp(1));
      await until('the last one', () => heard.some(({ kind }) => kind === 'wake-up'));
      expect(heard.length).toBe(401 - backplane.counters.lost);
    });

    it('outlives its server: counts what it loses, says so once, and hears again when the server is back', async () => {
      const prefix = nextPrefix();
      const [a, b] = [await node(prefix), await node(prefix)];
      await server.kill();
      await until('noticed', () => !a.backplane.isConnected() && !b.backplane.isConnected());
      for (let i = 0; i < 5; i++) {
        a.backplane.publish(tick(`lost ${i}`));
        await until('counted', () => a.backplane.counters.lost === i + 1);
      }
      expect(a.told.filter((what) => what.includes('were lost'))).toHaveLength(1);
      await server.start();
      await until('back', () => a.backplane.isConnected() && b.backplane.isConnected());
      a.backplane.publish(wakeUp(1));
      b.backplane.publish(wakeUp(2));
      for (const { heard } of [a, b]) {
        await until('both heard', () => heard.length >= 2);
        expect(new Set(heard)).toEqual(new Set([wakeUp(1), wakeUp(2)]));
      }
    });

    it('refuses to start without its server, and says what to do without showing the password', async () => {
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

    it('refuses wrong options all at once, and never shows the URL', () => {
      const make = { redis: createRedisBackplane, nats: createNatsBackplane }[name] as (options: object) => unknown;
      const wrong = () => make({ url: 'http://ann:hunter2@x', prefix: 'a b', size: 3 });
      expect(wrong).toThrow(/size is not an option; url must be .*; prefix must be/);
      expect(wrong).not.toThrow(/hunter2/);
    });
  });
}
