import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expressMessages, SseBroker, SseModule, type SseOptions } from '@nest-herald/sse';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

import { BENCH_JWT_SECRET, BENCH_TENANT, benchUser } from '../load/access-token.js';
import type { Growth } from '../processes/messages.js';
import { benchEvent, EVENT_TYPE } from './bench-event.js';
import { LISTEN, listenersOf, type BenchServer } from './bench-server.js';

/** The Express adapter of the service. */
class LeanExpressAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(expressMessages(this.getInstance()), this.getInstance());
  }
}

/** The default log, which also counts the events that replays read. */
class CountingLog extends MemoryEventLog {
  reads = 0;

  override async readFor(...args: Parameters<MemoryEventLog['readFor']>): ReturnType<MemoryEventLog['readFor']> {
    const page = await super.readFor(...args);
    this.reads += page.events.length;
    return page;
  }
}

/** Nest Herald: the real route in Express with {@link expressMessages}, a verified token for each stream, limits and back-pressure on. */
export async function startHerald(): Promise<BenchServer> {
  const eventLog = new CountingLog();
  const server = await heraldServer({ eventLog });
  return { ...server, logReads: () => eventLog.reads };
}

/** @param seams overrides of the defaults; `drainMs` only shortens the end of the bench. */
export async function heraldServer(seams: SseOptions): Promise<BenchServer> {
  class HeraldModule {}
  Module({ imports: [SseModule.forRoot({ jwt: { secret: BENCH_JWT_SECRET }, drainMs: 0, ...seams })] })(HeraldModule);
  const app = await NestFactory.create(HeraldModule, new LeanExpressAdapter(), {
    logger: ['error', 'warn'],
    forceCloseConnections: true,
  });
  await app.init();
  const http = app.getHttpServer();
  await new Promise<void>((resolve) => http.listen(LISTEN, resolve));
  const broker = app.get(SseBroker);
  return {
    port: (http.address() as AddressInfo).port,
    path: '/api/v1/sse/stream',
    readyMarker: 'event: connected\n',
    close: () => app.close(),
    publishToAll: (event) => broker.sendToTenant(BENCH_TENANT, { event: EVENT_TYPE, data: event }),
    publishToUser: (user, event) =>
      broker.sendToUser(BENCH_TENANT, benchUser(user), { event: EVENT_TYPE, data: event }),
    listeners: () => listenersOf(http),
    grow: (by) => grow(broker, by),
  };
}

/** Events after which growing yields to the event loop. */
const GROW_BATCH = 500;

async function grow(broker: SseBroker, by: Growth): Promise<void> {
  const [count, tenantOf] =
    'history' in by
      ? [by.history, (): string => BENCH_TENANT]
      : [by.tenants, (index: number): string => `${BENCH_TENANT}-${index}`];
  for (let index = 0; index < count; index++) {
    const tenantId = tenantOf(index);
    // With a follower, so that the tenant is active in the process like one with open streams.
    if ('tenants' in by) broker.events(tenantId).subscribe();
    await broker.sendToUser(tenantId, 'absent-user', { event: EVENT_TYPE, data: benchEvent(index) });
    if (index % GROW_BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
