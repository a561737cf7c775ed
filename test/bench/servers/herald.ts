import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expressMessages, MemoryEventLog, SseBroker, SseModule, type SseOptions } from '@nest-herald/sse';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

import { BENCH_JWT_SECRET, BENCH_TENANT, benchUser } from '../load/access-token.js';
import type { Growth } from '../processes/messages.js';
import { benchEvent, EVENT_TYPE } from './bench-event.js';
import { LISTEN, listenersOf, type BenchServer } from './bench-server.js';

/** Express as the service has it. */
class LeanExpressAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(expressMessages(this.getInstance()), this.getInstance());
  }
}

/** The default log, which also tells how often a replay had to ask it. */
class CountingLog extends MemoryEventLog {
  reads = 0;

  override async readFor(...args: Parameters<MemoryEventLog['readFor']>): ReturnType<MemoryEventLog['readFor']> {
    const page = await super.readFor(...args);
    this.reads += page.events.length;
    return page;
  }
}

/** Ours: the real route in Express with {@link expressMessages}, a token checked for each stream, limits and back-pressure on. */
export async function startHerald(): Promise<BenchServer> {
  const eventLog = new CountingLog();
  const server = await heraldServer({ eventLog });
  return { ...server, logReads: () => eventLog.reads };
}

/** @param seams what differs from the defaults; `drainMs` only shortens the end of the bench. */
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

/** Turns after which growing lets the event loop go on. */
const GROW_AT_ONCE = 500;

async function grow(broker: SseBroker, by: Growth): Promise<void> {
  const [count, tenantOf] =
    'history' in by
      ? [by.history, (): string => BENCH_TENANT]
      : [by.tenants, (index: number): string => `${BENCH_TENANT}-${index}`];
  for (let index = 0; index < count; index++) {
    const tenantId = tenantOf(index);
    // Followed, so that it is active in the process like a tenant with open streams.
    if ('tenants' in by) broker.events(tenantId).subscribe();
    await broker.sendToUser(tenantId, 'nobody', { event: EVENT_TYPE, data: benchEvent(index) });
    if (index % GROW_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
