// Shows: any number of processes over one PostgreSQL. Start it twice, with different NODE and PORT. Clients of one receive what
// the other publishes; when one stops, its clients resume on the other.
//
// DATABASE_URL needs the tables of the package sse (`migrate()` of @nest-herald/migrations).
import 'reflect-metadata';
import { Body, Controller, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';

const { DATABASE_URL: url = '', JWT_SECRET: secret = '', NODE: node = 'node-1', PORT: port = '3000' } = process.env;

// The servers share log, presence and tickets in the database; LISTEN/NOTIFY carries the hints between them.
const { stop, ...engines } = createPostgresSse({ connectionString: url, nodeId: node });

@Controller('announcements')
@UseGuards(SseAuthGuard)
class AnnouncementsController {
  constructor(private readonly broker: SseBroker) {}

  @Post()
  async announce(@CurrentPrincipal() { tenantId }: Principal, @Body() { text }: { text: string }): Promise<void> {
    await this.broker.sendToTenant(tenantId, { event: 'announcement', data: { text, publishedOn: node } });
  }
}

@Module({
  imports: [SseModule.forRoot({ jwt: { secret }, drainMs: 1_000, ...engines })],
  controllers: [AnnouncementsController],
})
class AppModule {
  onApplicationShutdown = stop;
}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(port), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
