import 'reflect-metadata';
import { ApprovalsModule } from '@nest-herald/approvals';
import { DirectoryModule } from '@nest-herald/directory';
import { NotificationsModule } from '@nest-herald/notifications';
import { SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { withRole } from '@nest-herald/platform/postgres';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OrdersController } from './orders.controller.js';

const { DATABASE_URL: url = '', JWT_SECRET: secret = '', PORT: port = '3000' } = process.env;
const { eventLog, backplane, presence, ticketStore } = createPostgresSse({ connectionString: url, nodeId: 'erp-1' });

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: withRole(url) }),
    SseModule.forRoot({ jwt: { secret }, eventLog, backplane, presence, ticketStore, isGlobal: true }),
    DirectoryModule.forRoot({ isGlobal: true }),
    NotificationsModule.forRoot({ isGlobal: true }),
    ApprovalsModule.forRoot({}),
  ],
  controllers: [OrdersController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(Number(port), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
