import { afterEach, describe, expect, it } from '@jest/globals';
import { RawStream } from '../support/raw-stream.js';
import { SseApp, testToken } from '../support/sse-app.js';
import { type LegacyDefects, LegacyHub } from './models/legacy-hub.js';

/** What a test needs of a system: ours, or the model with the defect. */
interface Subject {
  /** Opens a stream as this user of this tenant, following these topics. */
  open(tenantId: string, userId: string, topics?: string): Promise<RawStream>;
  /** Opens a stream as a user without a credential. */
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

async function legacy(defects: LegacyDefects = {}): Promise<Subject> {
  const hub = await LegacyHub.start(defects);
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
 * The check passes for our system, and fails for the model because of its defect. So the test proves that it would find the
 * defect.
 */
async function passesUnlikeModel(
  holds: (subject: Subject) => Promise<void>,
  subject: () => Promise<Subject>,
  model: () => Promise<Subject>,
  reason: RegExp,
): Promise<void> {
  await holds(await subject());
  await expect(holds(await model())).rejects.toThrow(reason);
}

describe('defects of the legacy system', () => {
  it('defect 1: the query never decides who the user is', async () => {
    await passesUnlikeModel(
      async (subject) => {
        const impostor = await subject.impersonate('ann');
        expect(impostor.status).toBe(401);
        expect(await impostor.end()).not.toContain('connected');
      },
      ours,
      legacy,
      /401/,
    );
  });

  it.each(['user', 'topic', 'broadcast'] as const)(
    'defect 5: an event of one tenant reaches no user of another (%s)',
    async (audience) => {
      await passesUnlikeModel(
        async (subject) => {
          const own = await subject.open('acme', 'ann', 'doc:1');
          const foreign = await subject.open('beta', 'ann', 'doc:1');
          await Promise.all([own.event('connected'), foreign.event('connected')]);
          if (audience === 'user') await subject.sendToUser('acme', 'ann', 'secret');
          if (audience === 'topic') await subject.sendToTopic('acme', 'doc:1', 'secret');
          if (audience === 'broadcast') await subject.broadcast('acme', 'secret');
          await own.until(() => own.text.includes('secret'));
          await subject.sendToUser('beta', 'ann', 'barrier');
          await foreign.until(() => foreign.text.includes('barrier'));
          expect(foreign.text).not.toContain('secret');
        },
        ours,
        legacy,
        /secret/,
      );
    },
  );

  it('defect 5: a user cannot follow a topic that was not granted', async () => {
    await passesUnlikeModel(
      async (subject) => {
        const stream = await subject.open('acme', 'ann', 'salaries');
        expect(stream.status).toBe(403);
      },
      ours,
      legacy,
      /403/,
    );
  });

  it('defect 8: a connection beyond the limit is refused with a status and Retry-After', async () => {
    await passesUnlikeModel(
      async (subject) => {
        await (await subject.open('acme', 'ann')).event('connected');
        const refused = await subject.open('acme', 'bob');
        expect([429, 503]).toContain(refused.status);
        expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
        expect(await refused.end()).not.toContain('event: connected');
      },
      () => ours({ maxConnections: 1 }),
      () => legacy({ maxConnections: 1 }),
      /200/,
    );
  });

  it('defect 11: a stream outlives the time-out for ordinary responses', async () => {
    await passesUnlikeModel(
      async (subject) => {
        const stream = await subject.open('acme', 'ann');
        await stream.event('connected');
        // Five times the time-out of the server, without a write.
        await new Promise((resolve) => setTimeout(resolve, 500));
        await subject.sendToUser('acme', 'ann', 'late');
        await stream.until(() => stream.text.includes('late'));
      },
      () => ours({ socketTimeoutMs: 100 }),
      () => legacy({ writeTimeoutMs: 100 }),
      /stream ended/,
    );
  });

  it('defect 11: no route to the stream bypasses authentication', async () => {
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
    const model = await LegacyHub.start();
    running.push(model);
    await expect(routed(model.url, 'api/v1/sse/stream')).rejects.toThrow();
  });
});
