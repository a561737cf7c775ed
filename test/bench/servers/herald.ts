import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expressMessages, SseBroker, SseModule } from '@nest-herald/sse';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

import { BENCH_JWT_SECRET, BENCH_TENANT, benchUser } from '../load/access-token.js';
import { EVENT_TYPE } from './bench-event.js';
import { LISTEN, type BenchServer } from './bench-server.js';

/** `drainMs` only shortens the end of the bench; everything else is the default. */
@Module({ imports: [SseModule.forRoot({ jwt: { secret: BENCH_JWT_SECRET }, drainMs: 0 })] })
class HeraldModule {}

/** Express as the service has it. */
class LeanExpressAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(expressMessages(this.getInstance()), this.getInstance());
  }
}

/** Ours: the real route in Express with {@link expressMessages}, a token checked for each stream, limits and back-pressure on, durable events through the broker. */
export async function startHerald(): Promise<BenchServer> {
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
  };
}
