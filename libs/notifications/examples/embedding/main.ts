import { Body, Controller, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { withRole } from '@nest-herald/platform/postgres';
import { NotificationService, NotificationsModule } from '@nest-herald/notifications';
import { DataSource } from 'typeorm';

const { DATABASE_URL: url = '', JWT_SECRET: secret = '' } = process.env;
const { eventLog, backplane, presence, ticketStore } = createPostgresSse({ connectionString: url, nodeId: 'erp-1' });

@Controller('orders')
@UseGuards(SseAuthGuard)
class OrdersController {
  constructor(
    private readonly database: DataSource,
    private readonly notifications: NotificationService,
  ) {}

  @Post()
  async book(@CurrentPrincipal() buyer: Principal, @Body() { no }: { no: string }): Promise<void> {
    await this.database.transaction(async (manager) => {
      // Write the rows of the order here, with the same manager. The notification is sent if and only if they commit.
      await this.notifications.send(manager, buyer, { to: { roles: ['manager'] }, title: `Order ${no} was booked` });
    });
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: withRole(url) }),
    SseModule.forRoot({ jwt: { secret }, eventLog, backplane, presence, ticketStore, isGlobal: true }),
    NotificationsModule.forRoot({}),
  ],
  controllers: [OrdersController],
})
class AppModule {}

const app = (await NestFactory.create(AppModule, { logger: ['error', 'warn'] })).enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
