import { afterEach, describe, expect, it } from '@jest/globals';
import { RawStream } from '../support/raw-stream.js';
import { SseApp, testToken } from '../support/sse-app.js';
import { type OriginDefects, OriginHub } from './models/legacy-hub.js';

/** What a test needs of a system: ours, or the model of the one with the defect. */
interface Subject {
  /** Opens a stream as this person of this tenant, following these topics. */
  open(tenantId: string, userId: string, topics?: string): Promise<RawStream>;
  /** Claims to be somebody without proving it. */
  impersonate(userId: string): Promise<RawStream>;
  sendToUser(tenantId: string, userId: string, data: string): Promise<void>;
  sendToTopic(tenantId: string, topic: string, data: string): Promise<void>;
  broadcast(tenantId: string, data: string): Promise<void>;
}

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const subject of running.splice(0)) await subject.stop();
});

async function ours(options: { maxConnections?: number; socketTimeoutMs?: number } = {}): Promise<Subject> {
  const { maxConnections = 0, socketTimeoutMs = 0 } = options;
  const sse = await SseApp.start({
    options: { maxConnections },
    configure: (app) => {
      const server = app.getHttpServer() as import('node:http').Server;
      if (socketTimeoutMs > 0) server.setTimeout(socketTimeoutMs, (socket) => void socket.destroy());
    },
  });
  running.push(sse);
  return {
    open: async (tenant_id, sub, topics = '') =>
      sse.raw(`/api/v1/sse/stream${topics === '' ? '' : `?topics=${topics}`}`, {
        headers: { authorization: `Bearer ${testToken({ sub, tenant_id, topics: ['doc:*'] })}` },
      }),
    impersonate: (userId) => sse.raw(`/api/v1/sse/stream?user_id=${userId}&tenant_id=acme`),
    sendToUser: (tenantId, userId, data) => sse.broker.sendToUser(tenantId, userId, { data }),
    sendToTopic: (tenantId, topic, data) => sse.broker.sendToTopic(tenantId, topic, { data }),
    broadcast: (tenantId, data) => sse.broker.broadcast(tenantId, { data }),
  };
}

async function origin(defects: OriginDefects = {}): Promise<Subject> {
  const hub = await OriginHub.start(defects);
  running.push(hub);
  const open = (tenantId: string, userId: string, topics = ''): Promise<RawStream> =>
    RawStream.open(`${hub.url}/stream?user_id=${userId}&tenant_id=${tenantId}&topics=${topics}`);
  return {
    open,
    impersonate: (userId) => open('acme', userId),
    sendToUser: async (tenantId, userId, data) => hub.sendToUser(tenantId, userId, data),
    sendToTopic: async (tenantId, topic, data) => hub.sendToTopic(tenantId, topic, data),
    broadcast: async (tenantId, data) => hub.broadcast(tenantId, data),
  };
}

/**
 * The test holds for ours, and fails for the model for the reason that is its defect: what it says about ours is more than
 * a claim.
 */
async function provenBy(
  holds: (subject: Subject) => Promise<void>,
  subject: () => Promise<Subject>,
  model: () => Promise<Subject>,
  reason: RegExp,
): Promise<void> {
  await holds(await subject());
  await expect(holds(await model())).rejects.toThrow(reason);
}

describe('defects of the system before this one', () => {
  it('defect 1: nobody is whom a query says, and nothing of that person is sent to him', async () => {
    await provenBy(
      async (subject) => {
        const impostor = await subject.impersonate('ann');
        expect(impostor.status).toBe(401);
        expect(await impostor.end()).not.toContain('connected');
      },
      ours,
      origin,
      /401/,
    );
  });

  it.each(['user', 'topic', 'broadcast'] as const)(
    'defect 5: an event of one tenant reaches nobody of another (%s)',
    async (way) => {
      await provenBy(
        async (subject) => {
          const own = await subject.open('acme', 'ann', 'doc:1');
          const foreign = await subject.open('beta', 'ann', 'doc:1');
          await Promise.all([own.event('connected'), foreign.event('connected')]);
          if (way === 'user') await subject.sendToUser('acme', 'ann', 'secret');
          if (way === 'topic') await subject.sendToTopic('acme', 'doc:1', 'secret');
          if (way === 'broadcast') await subject.broadcast('acme', 'secret');
          await own.until(() => own.text.includes('secret'));
          await subject.sendToUser('beta', 'ann', 'mark');
          await foreign.until(() => foreign.text.includes('mark'));
          expect(foreign.text).not.toContain('secret');
        },
        ours,
        origin,
        /secret/,
      );
    },
  );

  it('defect 5: nobody follows a topic that he was not granted', async () => {
    await provenBy(
      async (subject) => {
        const stream = await subject.open('acme', 'ann', 'salaries');
        expect(stream.status).toBe(403);
      },
      ours,
      origin,
      /403/,
    );
  });

  it('defect 8: one connection too many is refused with a status and a time to come back, not welcomed', async () => {
    await provenBy(
      async (subject) => {
        await (await subject.open('acme', 'ann')).event('connected');
        const refused = await subject.open('acme', 'bob');
        expect([429, 503]).toContain(refused.status);
        expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(await refused.end()).not.toContain('event: connected');
      },
      () => ours({ maxConnections: 1 }),
      () => origin({ maxConnections: 1 }),
      /200/,
    );
  });

  it('defect 11: a stream outlives the time-out that the server has for ordinary answers', async () => {
    await provenBy(
      async (subject) => {
        const stream = await subject.open('acme', 'ann');
        await stream.event('connected');
        // Five times the time-out of the server, in which nothing is written.
        await new Promise((resolve) => setTimeout(resolve, 500));
        await subject.sendToUser('acme', 'ann', 'late');
        await stream.until(() => stream.text.includes('late'));
      },
      () => ours({ socketTimeoutMs: 100 }),
      () => origin({ writeTimeoutMs: 100 }),
      /stream ended/,
    );
  });

  it('defect 11: no route to the stream goes round authentication', async () => {
    const sse = await SseApp.start({ extras: { aliases: true } });
    running.push(sse);
    const paths = [
      'api/v1/sse/stream',
      'sse/stream',
      'api/v1/notifications/stream',
      'events',
      'stream',
      'api/events',
      'realtime/events',
    ];
    const routed = async (url: string, path: string): Promise<void> => {
      const stream = await RawStream.open(`${url}/${path}`);
      expect(stream.status).toBe(401);
      stream.destroy();
    };
    for (const path of paths) await routed(sse.url, path);
    const model = await OriginHub.start();
    running.push(model);
    await expect(routed(model.url, 'api/v1/sse/stream')).rejects.toThrow();
  });
});
